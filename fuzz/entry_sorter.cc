// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Entries come out in the order that std::sort() gives them, as long as they fit; and
// else all that were taken come out as they went in.
#include "http/entry_sorter.hh"
#include "os_stub.hh"
#include "require.hh"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

namespace {

struct Entry {
    std::string name;
    ktcp_entry_kind kind;
    int64_t modified;
    uint64_t size;

    // What is not shown counts for nothing.
    int64_t key(ListingOrder::Key by) const {
        if (by == ListingOrder::Key::size)
            return kind == KTCP_ENTRY_FILE ? static_cast<int64_t>(size) : 0;
        return by == ListingOrder::Key::name ? 0 : kind == KTCP_ENTRY_OTHER ? INT64_MIN : modified;
    }
};

bool before(const Entry& a, const Entry& b, ListingOrder order) {
    const bool folder = a.kind == KTCP_ENTRY_DIRECTORY;
    if (folder != (b.kind == KTCP_ENTRY_DIRECTORY))
        return folder;
    if (a.key(order.key) != b.key(order.key))
        return (a.key(order.key) < b.key(order.key)) != order.descending;
    if (a.name == b.name)
        return false;
    return (a.name < b.name) != (order.descending && order.key == ListingOrder::Key::name);
}

std::vector<Entry> entries_of(const uint8_t* data, size_t size) {
    std::vector<Entry> entries;
    // Three bytes an entry: enough to make equals, and long names that fill buffers.
    for (size_t i = 0; i + 3 <= size; i += 3)
        for (int copies = 0; copies <= (data[i] >= 250 ? 200 : 0); copies++) {
            Entry entry;
            entry.name = std::string(1 + data[i + 1], static_cast<char>(1 + data[i] % 255));
            entry.name += std::to_string(copies);
            entry.name.resize(std::min<size_t>(entry.name.size(), KTCP_NAME_MAX));
            entry.kind = static_cast<ktcp_entry_kind>(1 + data[i + 2] % 3);
            entry.modified = data[i + 2] / 3 % 4 - 2;
            entry.size = data[i + 2] / 12;
            entries.push_back(entry);
        }
    return entries;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2 || size > 1500)
        return 0;
    const ListingOrder order = {static_cast<ListingOrder::Key>(data[0] % 3), data[0] / 3 % 2 == 1};
    test::OsStub os;
    if (data[0] / 6 % 4 == 3)
        os.spares_left = data[1] % 16;
    const size_t budget = (data[1] < 128 ? data[1] * 1000u : data[1] * 32768u);
    EntrySorter* const sorter = EntrySorter::create(&os, order, budget);
    if (!sorter) {
        check(budget < KTCP_BUFFER_SIZE || os.spares_left == 0, "no sorter");
        check(os.spares == 0, "kept");
        return 0;
    }
    std::vector<Entry> taken;
    bool all = true;
    for (const Entry& entry : entries_of(data + 2, size - 2)) {
        const auto name = std::make_unique<char[]>(entry.name.size()); // exact, for ASan
        std::copy(entry.name.begin(), entry.name.end(), name.get());
        if (!sorter->push({name.get(), static_cast<uint32_t>(entry.name.size()), entry.kind,
                           entry.modified, entry.size})) {
            all = false;
            break;
        }
        taken.push_back(entry);
        check(os.spares * size_t{KTCP_BUFFER_SIZE} <= budget, "more than the budget");
    }
    if (all)
        std::stable_sort(taken.begin(), taken.end(),
                         [order](const Entry& a, const Entry& b) { return before(a, b, order); });
    ktcp_entry entry;
    for (const Entry& expected : taken) {
        check(all ? sorter->pop(entry) : sorter->pop_unsorted(entry), "fewer than went in");
        check(std::string(entry.name, entry.name_size) == expected.name &&
                  entry.kind == expected.kind,
              "order", expected.name);
        check(entry.kind != KTCP_ENTRY_FILE || entry.size == expected.size, "size", expected.name);
        check(entry.kind == KTCP_ENTRY_OTHER || entry.modified_seconds == expected.modified, "date",
              expected.name);
    }
    check(!(all ? sorter->pop(entry) : sorter->pop_unsorted(entry)), "more than went in");
    sorter->destroy();
    check(os.spares == 0, "kept");
    return 0;
}
