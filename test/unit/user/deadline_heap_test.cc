// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "deadline_heap.hh"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace ktcp::user {
namespace {

struct Item : Deadline {
    int id = 0;
};

std::vector<ktcp_time> drained(DeadlineHeap& heap) {
    std::vector<ktcp_time> times;
    while (!heap.empty()) {
        times.push_back(heap.first_due());
        EXPECT_EQ(heap.due(heap.first()), heap.first_due());
        heap.remove(heap.first());
    }
    return times;
}

TEST(DeadlineHeap, IsEmptyAtFirst) {
    DeadlineHeap heap;
    EXPECT_TRUE(heap.empty());
    EXPECT_EQ(heap.first_due(), KTCP_NEVER);
}

TEST(DeadlineHeap, AnEarlierOneMovesToTheFront) {
    DeadlineHeap heap;
    Item items[3];
    ASSERT_TRUE(heap.insert(items[0], 30));
    ASSERT_TRUE(heap.insert(items[1], 20));
    EXPECT_EQ(&heap.first(), &items[1]);
    ASSERT_TRUE(heap.insert(items[2], 10));
    EXPECT_EQ(&heap.first(), &items[2]);
    heap.update(items[2], 40);
    EXPECT_EQ(&heap.first(), &items[1]);
    heap.update(items[0], 5);
    EXPECT_EQ(&heap.first(), &items[0]);
    heap.remove(items[0]);
    EXPECT_FALSE(items[0].scheduled());
    EXPECT_TRUE(items[1].scheduled());
    EXPECT_EQ(drained(heap), (std::vector<ktcp_time>{20, 40}));
}

// The hole may be filled by a slot that belongs above it, in another branch's order:
// removing 21 below puts 12 under 20.
TEST(DeadlineHeap, RemovingSiftsUpTooWhenItMust) {
    DeadlineHeap heap;
    const ktcp_time times[] = {10, 20, 11, 21, 22, 12, 13};
    Item items[7];
    for (int i = 0; i < 7; ++i)
        ASSERT_TRUE(heap.insert(items[i], times[i]));
    heap.remove(items[3]);
    EXPECT_EQ(drained(heap), (std::vector<ktcp_time>{10, 11, 12, 13, 20, 22}));
}

TEST(DeadlineHeap, EveryOrderOfSevenAndEveryRemoval) {
    std::vector<ktcp_time> times(7);
    std::iota(times.begin(), times.end(), 1);
    do {
        for (size_t removed = 0; removed < times.size(); ++removed) {
            DeadlineHeap heap;
            Item items[7];
            for (size_t i = 0; i < times.size(); ++i)
                ASSERT_TRUE(heap.insert(items[i], times[i]));
            heap.remove(items[removed]);
            std::vector<ktcp_time> rest = times;
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(removed));
            std::sort(rest.begin(), rest.end());
            ASSERT_EQ(drained(heap), rest);
        }
    } while (std::next_permutation(times.begin(), times.end()));
}

TEST(DeadlineHeap, AgreesWithASortedSetOverALongRandomRun) {
    std::mt19937 random(20240229);
    std::vector<Item> items(500);
    DeadlineHeap heap;
    std::set<std::pair<ktcp_time, int>> model;
    std::vector<ktcp_time> due(items.size());
    for (size_t i = 0; i < items.size(); ++i)
        items[i].id = static_cast<int>(i);
    for (int step = 0; step < 100000; ++step) {
        Item& item = items[random() % items.size()];
        auto index = static_cast<size_t>(item.id);
        ktcp_time time = random() % 1000 ? random() % 5000 : KTCP_NEVER;
        if (!item.scheduled()) {
            ASSERT_TRUE(heap.insert(item, time));
            model.emplace(time, item.id);
            due[index] = time;
        } else if (random() % 3) {
            heap.update(item, time);
            model.erase({due[index], item.id});
            model.emplace(time, item.id);
            due[index] = time;
        } else {
            heap.remove(item);
            model.erase({due[index], item.id});
        }
        ASSERT_EQ(heap.size(), model.size());
        if (!model.empty()) {
            ASSERT_EQ(heap.first_due(), model.begin()->first);
        }
    }
    std::vector<ktcp_time> expected;
    for (auto& [time, id] : model)
        expected.push_back(time);
    EXPECT_EQ(drained(heap), expected);
}

} // namespace
} // namespace ktcp::user
