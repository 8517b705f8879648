// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "quota.hh"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ktcp::tools {
namespace {

// `batches`: for how many threads the quota is cut. They begin together: each waits, awake, for
// the others.
std::uint64_t taken_of(std::uint64_t total, unsigned batches, int count) {
    Quota quota;
    quota.open(total, false, batches);
    std::atomic<std::uint64_t> taken{0};
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&] {
            std::uint64_t mine = 0;
            for (++ready; ready < count;)
                ;
            while (std::uint64_t batch = quota.claim())
                mine += batch;
            taken += mine;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(quota.claim(), 0u);
    return taken;
}

TEST(Quota, ThreadsTakeExactlyWhatThereIs) {
    for (std::uint64_t total : {0u, 1u, 63u, 64u, 1000u, 100'001u})
        EXPECT_EQ(taken_of(total, 4, 4), total);
}

// One by one, by two who are at it at the same time.
TEST(Quota, NothingIsTakenTwice) {
    for (int round = 0; round < 20; ++round)
        ASSERT_EQ(taken_of(500'000, 5'000, 2), 500'000u) << round;
}

TEST(Quota, BatchesAreSmallBesideTheTotal) {
    Quota quota;
    quota.open(1000, false, 2);
    EXPECT_EQ(quota.claim(), 5u);
    quota.open(10, false, 2);
    EXPECT_EQ(quota.claim(), 1u);
}

TEST(Quota, WithoutEndThereIsAlwaysMore) {
    Quota quota;
    quota.open(0, true, 1);
    for (int i = 0; i < 1000; ++i)
        EXPECT_GT(quota.claim(), 0u);
}

} // namespace
} // namespace ktcp::tools
