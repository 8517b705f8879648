// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "cache_budget.hh"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace ktcp::user {
namespace {

CacheLimits limits(uint32_t bytes, uint32_t answers) {
    CacheLimits limits;
    limits.cache_size = bytes;
    limits.cache_entries = answers;
    return limits;
}

TEST(CacheBudget, EndsWhereItsLimitsAre) {
    CacheBudget budget(limits(100, 2));
    EXPECT_TRUE(budget.take_bytes(60));
    EXPECT_FALSE(budget.take_bytes(41));
    EXPECT_TRUE(budget.take_bytes(40));
    EXPECT_EQ(budget.bytes(), 100u);
    EXPECT_TRUE(budget.take_answer());
    EXPECT_TRUE(budget.take_answer());
    EXPECT_FALSE(budget.take_answer());
    budget.give_back(60, 1);
    EXPECT_EQ(budget.bytes(), 40u);
    EXPECT_TRUE(budget.take_answer());
    EXPECT_FALSE(budget.take_bytes(61));
}

TEST(CacheBudget, SharesAreWrittenDownForWhoeverBuriesTheWorker) {
    CacheBudget budget(limits(100, 10));
    WorkerRecord one, other;
    CacheShare first(budget, one), second(budget, other);
    EXPECT_TRUE(first.take_bytes(70));
    EXPECT_FALSE(second.take_bytes(31));
    EXPECT_TRUE(second.take_bytes(30));
    EXPECT_TRUE(first.take_answer());
    EXPECT_EQ(one.cache_bytes, 70u);
    EXPECT_EQ(one.cache_answers, 1u);
    EXPECT_EQ(other.cache_bytes, 30u);
    first.give_back(70, 1);
    EXPECT_EQ(one.cache_bytes, 0u);
    EXPECT_EQ(one.cache_answers, 0u);
    EXPECT_EQ(budget.bytes(), 30u);
}

TEST(CacheBudget, ManyThreadsNeverGetMoreThanThereIs) {
    CacheBudget budget(limits(1000, 1000));
    std::atomic<bool> beyond = false;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            std::vector<uint64_t> mine;
            for (uint64_t n = 1; n < 20000; ++n) {
                if (budget.take_bytes(n % 400))
                    mine.push_back(n % 400);
                uint64_t held = 0;
                for (uint64_t bytes : mine)
                    held += bytes;
                beyond = beyond || held > 1000;
                if (n % 3 == 0)
                    for (; !mine.empty(); mine.pop_back())
                        budget.give_back(mine.back(), 0);
            }
            for (uint64_t bytes : mine)
                budget.give_back(bytes, 0);
        });
    threads.clear();
    EXPECT_FALSE(beyond);
    EXPECT_EQ(budget.bytes(), 0u);
}

} // namespace
} // namespace ktcp::user
