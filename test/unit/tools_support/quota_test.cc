// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "quota.hh"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ktcp::tools {
namespace {

TEST(Quota, ThreadsTakeExactlyWhatThereIs) {
    for (std::uint64_t total : {0u, 1u, 63u, 64u, 1000u, 100'001u}) {
        Quota quota;
        quota.open(total, false, 4);
        std::atomic<std::uint64_t> taken{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                while (std::uint64_t batch = quota.claim())
                    taken += batch;
            });
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_EQ(taken, total);
        EXPECT_EQ(quota.claim(), 0u);
    }
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
