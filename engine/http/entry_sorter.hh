// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Brings the entries of a directory into an order, in memory that the host lends for it
// (ktcp_os_spare_acquire), and within a budget.
#pragma once

#include "http/listing.hh"
#include "ktcp/types.h"

namespace ktcp::http {

// Directories come first, also where the order is descending; then by the key; then by
// name; then as they came. Names are compared as bytes, as nginx and Apache do: no
// locale, and the same on every host.
//
// The order is a leftist heap (Crane 1972) of records that lie one behind the other in
// the buffers, as they came. Its right side has at most log2(n + 1) records, and nothing
// walks along anything else: push() and pop() take O(log n) each in the worst case, not
// only on average. It needs no index, so a buffer is enough for a small directory.
class EntrySorter {
public:
    // At most `budget` bytes are borrowed, and at most 8 MiB. The sorter itself lives in
    // its first buffer. Null: no memory is to be had.
    static EntrySorter* create(void* host, ListingOrder order, size_t budget);
    // Gives every buffer back, the sorter's own included.
    void destroy();

    // Keeps a copy. False: the budget, or the host's memory, is used up, and the entry
    // was not taken.
    bool push(const ktcp_entry& entry);
    // The next one in order; its name is valid until destroy(). False: none is left.
    bool pop(ktcp_entry& entry);
    // The next one in the order of arrival, for when not all did fit. Not to be mixed
    // with pop().
    bool pop_unsorted(ktcp_entry& entry);

private:
    // A place in the buffers taken as one: the buffer's number * KTCP_BUFFER_SIZE + the
    // offset in it. 0 is where the sorter lies, so it can say that there is no record.
    using Address = uint32_t;
    struct Record;

    EntrySorter(void* host, ListingOrder order, uint32_t buffers_left);

    char*& buffer(uint32_t number);
    Record& at(Address address) { return record(address / KTCP_BUFFER_SIZE, address); }
    Record& record(uint32_t number, uint32_t offset);
    void describe(Record& record, ktcp_entry& entry);
    bool grow();
    bool before(Address x, Address y);
    Address merge(Address x, Address y);
    uint8_t rank(Address address);

    static constexpr uint32_t buffers_max = 1024; // 8 MiB
    // The pointers to so many buffers are kept here, as many as sort_size has by default;
    // those to more are in a buffer of their own, which counts like the others.
    static constexpr uint32_t direct_max = 32;

    void* const host_;
    const ListingOrder order_;
    uint32_t buffers_left_; // that the budget allows
    uint32_t count_ = 1;    // of the buffers with records; all but the last are full
    uint32_t used_;         // of the last one, in bytes
    Address root_ = 0;
    uint32_t next_number_ = 0; // where pop_unsorted() goes on
    uint32_t next_offset_;
    char** indirect_ = nullptr;
    char* direct_[direct_max] = {};
};

} // namespace ktcp::http
