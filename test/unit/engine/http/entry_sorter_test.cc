// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/entry_sorter.hh"
#include "os_stub.hh"
#include "text.hh"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <vector>

namespace ktcp::http {
namespace {

using Key = ListingOrder::Key;

constexpr size_t plenty = 8 << 20;

struct Entry {
    std::string name;
    ktcp_entry_kind kind = KTCP_ENTRY_FILE;
    int64_t modified_seconds = 0;
    uint64_t size = 0;

    ktcp_entry seam() const {
        return {name.data(), static_cast<uint32_t>(name.size()), kind, modified_seconds, size};
    }
};

std::string line_of(const ktcp_entry& entry) {
    std::string line(entry.name, entry.name_size);
    if (entry.kind == KTCP_ENTRY_DIRECTORY)
        line += '/';
    if (entry.kind == KTCP_ENTRY_FILE)
        line += ' ' + std::to_string(entry.size);
    if (entry.kind != KTCP_ENTRY_OTHER)
        line += ' ' + std::to_string(entry.modified_seconds);
    return line;
}
using Lines = std::vector<std::string>;

// The same order, the way one writes it in a user-space program.
bool before(const Entry& a, const Entry& b, ListingOrder order) {
    const bool a_directory = a.kind == KTCP_ENTRY_DIRECTORY;
    const bool b_directory = b.kind == KTCP_ENTRY_DIRECTORY;
    if (a_directory != b_directory)
        return a_directory;
    const Entry& low = order.descending ? b : a;
    const Entry& high = order.descending ? a : b;
    if (order.key == Key::name)
        return low.name < high.name; // char_traits<char> compares as unsigned char
    if (order.key == Key::size) {
        const uint64_t x = low.kind == KTCP_ENTRY_FILE ? low.size : 0;
        const uint64_t y = high.kind == KTCP_ENTRY_FILE ? high.size : 0;
        return x != y ? x < y : a.name < b.name;
    }
    const int64_t x = low.kind == KTCP_ENTRY_OTHER ? INT64_MIN : low.modified_seconds;
    const int64_t y = high.kind == KTCP_ENTRY_OTHER ? INT64_MIN : high.modified_seconds;
    return x != y ? x < y : a.name < b.name;
}

Lines lines_of(const std::vector<Entry>& entries) {
    Lines lines;
    for (const Entry& entry : entries)
        lines.push_back(line_of(entry.seam()));
    return lines;
}
Lines reference(std::vector<Entry> entries, ListingOrder order) {
    std::stable_sort(entries.begin(), entries.end(),
                     [=](const Entry& a, const Entry& b) { return before(a, b, order); });
    return lines_of(entries);
}

// The names are in the sorter's memory, so ASan sees to it that none is read too late.
Lines popped(EntrySorter& sorter, bool sorted = true) {
    Lines lines;
    ktcp_entry entry = {};
    while (sorted ? sorter.pop(entry) : sorter.pop_unsorted(entry))
        lines.push_back(line_of(entry));
    EXPECT_FALSE(sorted ? sorter.pop(entry) : sorter.pop_unsorted(entry));
    return lines;
}

std::vector<Entry> random_entries(std::mt19937& random, size_t count, size_t name_max) {
    std::vector<Entry> entries(count);
    const unsigned alphabet = random() % 2 ? 3 : 255; // few letters: many ties
    for (Entry& entry : entries) {
        entry.name.resize(1 + random() % name_max);
        for (char& c : entry.name)
            c = static_cast<char>(1 + random() % alphabet);
        entry.kind = static_cast<ktcp_entry_kind>(1 + random() % 3);
        entry.modified_seconds = static_cast<int64_t>(random() % 9) - 4;
        entry.size = random() % 2 ? random() % 4 : UINT64_MAX - random() % 4;
    }
    return entries;
}

std::vector<ListingOrder> all_orders() {
    std::vector<ListingOrder> orders;
    for (Key key : {Key::name, Key::size, Key::modified})
        for (bool descending : {false, true})
            orders.push_back({key, descending});
    return orders;
}

TEST(EntrySorter, PutsFoldersFirstInEveryOrder) {
    const std::vector<Entry> entries = {
        {"b", KTCP_ENTRY_FILE, 5, 10},       {"Z", KTCP_ENTRY_DIRECTORY, 2, 0},
        {"a", KTCP_ENTRY_FILE, 7, 5},        {"link", KTCP_ENTRY_OTHER, 99, 99},
        {"\xc3\xa9", KTCP_ENTRY_FILE, 6, 5}, {"y", KTCP_ENTRY_DIRECTORY, 1, 4096},
        {"B", KTCP_ENTRY_FILE, 6, 7}};
    const auto names = [&](Key key, bool descending) {
        test::OsStub os;
        EntrySorter* sorter = EntrySorter::create(&os, {key, descending}, plenty);
        std::string joined;
        for (const Entry& entry : entries)
            EXPECT_TRUE(sorter->push(entry.seam()));
        ktcp_entry entry = {};
        while (sorter->pop(entry))
            joined += std::string(entry.name, entry.name_size) + ' ';
        sorter->destroy();
        return joined;
    };
    EXPECT_EQ(names(Key::name, false), "Z y B a b link \xc3\xa9 ");
    EXPECT_EQ(names(Key::name, true), "y Z \xc3\xa9 link b a B ");
    EXPECT_EQ(names(Key::size, false), "Z y link a \xc3\xa9 B b ");
    EXPECT_EQ(names(Key::size, true), "Z y b B a \xc3\xa9 link ");
    EXPECT_EQ(names(Key::modified, false), "y Z link b B \xc3\xa9 a ");
    EXPECT_EQ(names(Key::modified, true), "Z y a B \xc3\xa9 b link ");
}

TEST(EntrySorter, AgreesWithStableSort) {
    std::mt19937 random(4);
    for (int round = 0; round < 24; round++) {
        const size_t name_max = round % 3 == 0 ? 3 : round % 3 == 1 ? 30 : KTCP_NAME_MAX;
        const std::vector<Entry> entries = random_entries(random, random() % 2000, name_max);
        for (ListingOrder order : all_orders()) {
            test::OsStub os;
            EntrySorter* sorter = EntrySorter::create(&os, order, plenty);
            ASSERT_TRUE(sorter);
            for (const Entry& entry : entries)
                ASSERT_TRUE(sorter->push(entry.seam()));
            ASSERT_EQ(popped(*sorter), reference(entries, order));
            sorter->destroy();
            ASSERT_EQ(os.spares, 0);
        }
    }
}

TEST(EntrySorter, TakesNamesOfAllLengthsInAnyOrderOfArrival) {
    std::vector<Entry> entries;
    for (size_t size = 1; size <= KTCP_NAME_MAX; size++)
        entries.push_back({std::string(size, 'x'), KTCP_ENTRY_FILE, 0, size});
    for (int turn = 0; turn < 2; turn++) { // the worst and the best for a heap
        test::OsStub os;
        EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
        for (const Entry& entry : entries)
            ASSERT_TRUE(sorter->push(entry.seam()));
        EXPECT_EQ(popped(*sorter), reference(entries, {}));
        sorter->destroy();
        EXPECT_EQ(os.spares, 0);
        std::reverse(entries.begin(), entries.end());
    }
}

TEST(EntrySorter, HandsOutInTheOrderOfArrivalToo) {
    std::mt19937 random(5);
    for (size_t count : {size_t{0}, size_t{1}, size_t{100}, size_t{5000}}) {
        test::OsStub os;
        const std::vector<Entry> entries = random_entries(random, count, KTCP_NAME_MAX);
        EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
        for (const Entry& entry : entries)
            ASSERT_TRUE(sorter->push(entry.seam()));
        const Lines lines = popped(*sorter, false);
        Lines wanted = lines_of(entries);
        EXPECT_EQ(lines, wanted);
        sorter->destroy();
        EXPECT_EQ(os.spares, 0);
    }
}

// Buffers that records fill to the last byte have no place for a mark of their end.
TEST(EntrySorter, FillsBuffersToTheLastByte) {
    for (size_t size = 1; size <= KTCP_NAME_MAX; size++) {
        test::OsStub os;
        EntrySorter* sorter = EntrySorter::create(&os, {}, 4 * KTCP_BUFFER_SIZE);
        const Entry entry = {std::string(size, 'x'), KTCP_ENTRY_FILE, 1, 1};
        size_t taken = 0;
        while (sorter->push(entry.seam()))
            taken++;
        EXPECT_EQ(os.spares, 4);
        EXPECT_GT(taken * (size + 32), 4 * KTCP_BUFFER_SIZE - 4 * (size + 32) - 512);
        EXPECT_EQ(popped(*sorter, false).size(), taken);
        sorter->destroy();
    }
}

TEST(EntrySorter, KeepsToItsBudget) {
    for (size_t budget : {size_t{0}, size_t{1}, size_t{KTCP_BUFFER_SIZE - 1}}) {
        test::OsStub os;
        EXPECT_EQ(EntrySorter::create(&os, {}, budget), nullptr);
        EXPECT_EQ(os.spares, 0);
    }
    std::mt19937 random(6);
    const Entry entry = {std::string(200, 'x'), KTCP_ENTRY_FILE, 1, 1};
    // 31 to 34: where the pointers to the buffers need a buffer of their own.
    for (int buffers : {1, 2, 3, 31, 32, 33, 34, 35, 1023, 1024, 1025, 5000}) {
        test::OsStub os;
        os.spares_left = 10000;
        const size_t budget = buffers * size_t{KTCP_BUFFER_SIZE} + random() % KTCP_BUFFER_SIZE;
        EntrySorter* sorter = EntrySorter::create(&os, {}, budget);
        ASSERT_TRUE(sorter);
        size_t taken = 0;
        while (sorter->push(entry.seam())) {
            taken++;
            ASSERT_LE(os.spares, std::min(buffers, 1024));
        }
        EXPECT_FALSE(sorter->push(entry.seam()));
        // The buffer that is missing at 33 would hold nothing but pointers.
        EXPECT_EQ(os.spares, buffers == 33 ? 32 : std::min(buffers, 1024));
        EXPECT_GE(taken + 36, os.spares * (KTCP_BUFFER_SIZE / 230 - 1));
        EXPECT_EQ(popped(*sorter).size(), taken);
        sorter->destroy();
        EXPECT_EQ(os.spares, 0);
    }
}

TEST(EntrySorter, SortsEightMebibytesOfTheShortestNames) {
    test::OsStub os;
    os.spares_left = 2000;
    EntrySorter* sorter = EntrySorter::create(&os, {Key::size, true}, plenty);
    Entry entry = {"x", KTCP_ENTRY_FILE, 1, 0};
    std::mt19937 random(7);
    size_t taken = 0;
    for (; sorter->push(entry.seam()); taken++)
        entry.size = random();
    EXPECT_GT(taken, 250000u);
    EXPECT_EQ(os.spares, 1024);
    uint64_t last = UINT64_MAX;
    ktcp_entry next = {};
    for (size_t i = 0; i < taken; i++) {
        ASSERT_TRUE(sorter->pop(next));
        ASSERT_LE(next.size, last);
        last = next.size;
    }
    EXPECT_FALSE(sorter->pop(next));
    sorter->destroy();
    EXPECT_EQ(os.spares, 0);
}

TEST(EntrySorter, LosesNothingWhereMemoryRunsOut) {
    std::mt19937 random(8);
    const std::vector<Entry> entries = random_entries(random, 2500, KTCP_NAME_MAX);
    for (int lent = 0; lent <= 50; lent++)
        for (bool sorted : {true, false}) {
            test::OsStub os;
            os.spares_left = lent;
            EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
            ASSERT_EQ(sorter != nullptr, lent > 0);
            if (!sorter)
                continue;
            size_t taken = 0;
            while (taken < entries.size() && sorter->push(entries[taken].seam()))
                taken++;
            ASSERT_GT(taken, 0u);
            const std::vector<Entry> kept(entries.begin(),
                                          entries.begin() + static_cast<ptrdiff_t>(taken));
            ASSERT_EQ(popped(*sorter, sorted), sorted ? reference(kept, {}) : lines_of(kept));
            sorter->destroy();
            ASSERT_EQ(os.spares, 0);
            ASSERT_EQ(os.spares_left, lent);
        }
}

TEST(EntrySorter, EndsAtAnyTime) {
    std::mt19937 random(9);
    const std::vector<Entry> entries = random_entries(random, 2000, 60);
    for (size_t pushed = 0; pushed <= entries.size(); pushed += 97)
        for (size_t popped = 0; popped <= pushed; popped += 211) {
            test::OsStub os;
            EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
            for (size_t i = 0; i < pushed; i++)
                ASSERT_TRUE(sorter->push(entries[i].seam()));
            ktcp_entry entry = {};
            for (size_t i = 0; i < popped; i++)
                ASSERT_TRUE(sorter->pop(entry));
            sorter->destroy();
            ASSERT_EQ(os.spares, 0);
        }
}

TEST(EntrySorter, PushAndPopMayAlternate) {
    std::mt19937 random(10);
    test::OsStub os;
    EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
    std::vector<Entry> inside;
    for (int step = 0; step < 3000; step++) {
        ktcp_entry entry = {};
        if (random() % 3 != 0) {
            inside.push_back(random_entries(random, 1, 20)[0]);
            ASSERT_TRUE(sorter->push(inside.back().seam()));
        } else if (sorter->pop(entry)) {
            auto least =
                std::min_element(inside.begin(), inside.end(),
                                 [](const Entry& a, const Entry& b) { return before(a, b, {}); });
            ASSERT_EQ(line_of(entry), line_of(least->seam()));
            inside.erase(least);
        } else {
            ASSERT_TRUE(inside.empty());
        }
    }
    EXPECT_EQ(popped(*sorter), reference(inside, {}));
    sorter->destroy();
}

TEST(EntrySorter, RefusesNamesThatTheSeamDoesNotHave) {
    test::OsStub os;
    EntrySorter* sorter = EntrySorter::create(&os, {}, plenty);
    EXPECT_FALSE(sorter->push(Entry{"", KTCP_ENTRY_FILE, 0, 0}.seam()));
    EXPECT_FALSE(sorter->push(Entry{std::string(256, 'x'), KTCP_ENTRY_FILE, 0, 0}.seam()));
    ktcp_entry entry = {};
    EXPECT_FALSE(sorter->pop(entry));
    sorter->destroy();
}

} // namespace
} // namespace ktcp::http
