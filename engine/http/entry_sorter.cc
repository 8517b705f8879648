// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/entry_sorter.hh"

#include "base/place.hh"
#include "ktcp/os.h"

namespace ktcp::http {

// In memory the name follows. Packed: records lie wherever the last name ended.
struct [[gnu::packed]] EntrySorter::Record {
    uint8_t name_size; // first, since 0 in its place says that the buffer has no more
    uint8_t kind;
    uint8_t rank;  // how many records the right side has from here on
    Address left;  // what comes later than this one; 0: nothing
    Address right; // the same, and of no higher rank than left
    int64_t modified_seconds;
    uint64_t size;

    Bytes name() const { return {reinterpret_cast<const char*>(this + 1), name_size}; }
};

namespace {

// -1, 0 or 1, as bytes.
int compare(Bytes a, Bytes b) {
    const int order = __builtin_memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

template <class Number> int compare(Number a, Number b) { return a < b ? -1 : a > b; }

} // namespace

EntrySorter* EntrySorter::create(void* host, ListingOrder order, size_t budget) {
    static_assert(sizeof(EntrySorter) + sizeof(Record) + KTCP_NAME_MAX <= KTCP_BUFFER_SIZE);
    size_t buffers = budget / KTCP_BUFFER_SIZE;
    if (buffers > buffers_max)
        buffers = buffers_max;
    if (buffers == 0)
        return nullptr;
    void* memory = ktcp_os_spare_acquire(host);
    if (!memory)
        return nullptr;
    return new (Place{memory}) EntrySorter(host, order, static_cast<uint32_t>(buffers - 1));
}

EntrySorter::EntrySorter(void* host, ListingOrder order, uint32_t buffers_left)
    : host_(host), order_(order), buffers_left_(buffers_left), used_(sizeof(EntrySorter)),
      next_offset_(sizeof(EntrySorter)) {
    direct_[0] = reinterpret_cast<char*>(this);
}

void EntrySorter::destroy() {
    while (count_ > 1)
        ktcp_os_spare_release(host_, buffer(--count_));
    if (indirect_)
        ktcp_os_spare_release(host_, indirect_);
    ktcp_os_spare_release(host_, this);
}

// ---- Memory --------------------------------------------------------------------

// `number` is below buffers_max, and indirect_ is there where it is direct_max or more.
char*& EntrySorter::buffer(uint32_t number) {
    static_assert((buffers_max - direct_max) * sizeof(char*) <= KTCP_BUFFER_SIZE);
    return number < direct_max ? direct_[number] : indirect_[number - direct_max];
}

EntrySorter::Record& EntrySorter::record(uint32_t number, uint32_t offset) {
    return *reinterpret_cast<Record*>(buffer(number) + offset % KTCP_BUFFER_SIZE);
}

// Goes on to another buffer.
bool EntrySorter::grow() {
    const uint32_t needed = count_ == direct_max && !indirect_ ? 2 : 1;
    if (buffers_left_ < needed)
        return false;
    if (needed == 2) {
        indirect_ = static_cast<char**>(ktcp_os_spare_acquire(host_));
        if (!indirect_)
            return false;
        buffers_left_--;
    }
    char* memory = static_cast<char*>(ktcp_os_spare_acquire(host_));
    if (!memory)
        return false;
    buffers_left_--;
    if (used_ < KTCP_BUFFER_SIZE)
        buffer(count_ - 1)[used_] = 0; // the end, see Record::name_size
    buffer(count_++) = memory;
    used_ = 0;
    return true;
}

// ---- In and out ----------------------------------------------------------------

bool EntrySorter::push(const ktcp_entry& entry) {
    if (entry.name_size == 0 || entry.name_size > KTCP_NAME_MAX)
        return false; // against the seam's rules; it cannot be kept
    const uint32_t size = static_cast<uint32_t>(sizeof(Record)) + entry.name_size;
    if (size > KTCP_BUFFER_SIZE - used_ && !grow())
        return false;

    const Address address = (count_ - 1) * KTCP_BUFFER_SIZE + used_;
    Record& record = at(address);
    record.name_size = static_cast<uint8_t>(entry.name_size);
    record.kind = static_cast<uint8_t>(entry.kind);
    record.rank = 1;
    record.left = 0;
    record.right = 0;
    // What a listing does not show does not decide about its order either.
    record.modified_seconds = entry.kind == KTCP_ENTRY_OTHER ? INT64_MIN : entry.modified_seconds;
    record.size = entry.kind == KTCP_ENTRY_FILE ? entry.size : 0;
    __builtin_memcpy(&record + 1, entry.name, entry.name_size);
    used_ += size;
    root_ = merge(root_, address);
    return true;
}

void EntrySorter::describe(Record& record, ktcp_entry& entry) {
    entry.name = record.name().data;
    entry.name_size = record.name_size;
    entry.kind = static_cast<ktcp_entry_kind>(record.kind);
    entry.modified_seconds = record.modified_seconds;
    entry.size = record.size;
}

bool EntrySorter::pop(ktcp_entry& entry) {
    if (root_ == 0)
        return false;
    Record& first = at(root_);
    describe(first, entry);
    root_ = merge(first.left, first.right);
    return true;
}

bool EntrySorter::pop_unsorted(ktcp_entry& entry) {
    // A buffer that is not the last one ends with its last byte, or where a name would
    // be empty; the one after it begins with a record.
    if (next_number_ + 1 < count_ &&
        (next_offset_ == KTCP_BUFFER_SIZE || record(next_number_, next_offset_).name_size == 0)) {
        next_number_++;
        next_offset_ = 0;
    }
    if (next_number_ + 1 == count_ && next_offset_ == used_)
        return false;
    Record& next = record(next_number_, next_offset_);
    describe(next, entry);
    next_offset_ += static_cast<uint32_t>(sizeof(Record)) + next.name_size;
    return true;
}

// ---- Order ---------------------------------------------------------------------

bool EntrySorter::before(Address x, Address y) {
    const Record& a = at(x);
    const Record& b = at(y);
    if ((a.kind == KTCP_ENTRY_DIRECTORY) != (b.kind == KTCP_ENTRY_DIRECTORY))
        return a.kind == KTCP_ENTRY_DIRECTORY;
    int order = 0;
    if (order_.key == ListingOrder::Key::size)
        order = compare<uint64_t>(a.size, b.size);
    else if (order_.key == ListingOrder::Key::modified)
        order = compare<int64_t>(a.modified_seconds, b.modified_seconds);
    else
        order = compare(a.name(), b.name());
    if (order != 0)
        return order_.descending ? order > 0 : order < 0;
    if (order_.key != ListingOrder::Key::name)
        order = compare(a.name(), b.name());
    return order != 0 ? order < 0 : x < y;
}

uint8_t EntrySorter::rank(Address address) { return address == 0 ? 0 : at(address).rank; }

// Two heaps become one: their right sides are merged like two lists, and on the way back
// each record gets the child of the higher rank on its left. A side of k records needs
// 2^k - 1 of them below it, since at each the left child ranks no lower than the right.
EntrySorter::Address EntrySorter::merge(Address x, Address y) {
    constexpr uint32_t side_max = 19;
    static_assert(buffers_max * KTCP_BUFFER_SIZE / (sizeof(Record) + 1) < (1u << side_max) - 1);
    Address way[2 * side_max];
    uint32_t steps = 0;
    while (x != 0 && y != 0) {
        if (before(y, x)) {
            const Address later = x;
            x = y;
            y = later;
        }
        way[steps++] = x;
        x = at(x).right;
    }
    Address merged = x != 0 ? x : y;
    while (steps != 0) {
        Record& record = at(way[--steps]);
        if (rank(record.left) < rank(merged)) {
            record.right = record.left;
            record.left = merged;
        } else {
            record.right = merged;
        }
        record.rank = static_cast<uint8_t>(rank(record.right) + 1);
        merged = way[steps];
    }
    return merged;
}

} // namespace ktcp::http
