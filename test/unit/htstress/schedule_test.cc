// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "schedule.hh"

#include <gtest/gtest.h>

#include <vector>

namespace htstress {
namespace {

constexpr std::uint64_t begin = 1'000'000'000'000, second = 1'000'000'000;

TEST(Schedule, ThreadsTakeTurns) {
    std::vector<std::uint64_t> due;
    for (unsigned thread = 0; thread < 3; ++thread)
        for (Schedule s(begin, 100, 3, thread, 10, 0); s.more(); s.take())
            due.push_back(s.due());
    std::sort(due.begin(), due.end());
    ASSERT_EQ(due.size(), 10U);
    for (std::size_t i = 0; i < due.size(); ++i)
        EXPECT_EQ(due[i], begin + i * second / 100);
}

TEST(Schedule, EndsBeforeTheDeadline) {
    unsigned n = 0;
    for (Schedule s(begin, 100, 1, 0, 0, begin + second); s.more(); s.take())
        ++n;
    EXPECT_EQ(n, 100U);
    EXPECT_FALSE(Schedule(begin, 1, 4, 3, 3, 0).more());
    EXPECT_TRUE(Schedule(begin, 1, 4, 2, 3, 0).more());
}

TEST(Schedule, KnowsWhenItsNumberIsTaken) {
    Schedule s(begin, 100, 2, 1, 3, begin + second);
    EXPECT_FALSE(s.all_taken());
    s.take();
    EXPECT_TRUE(s.all_taken());
    Schedule endless(begin, 1, 1, 0, 0, begin + second / 2);
    endless.take();
    EXPECT_FALSE(endless.more());
    EXPECT_FALSE(endless.all_taken());
}

// After days at a high rate the spacing still is right to the microsecond.
TEST(Schedule, DoesNotDrift) {
    Schedule s(begin, 3e5, 1, 0, 0, 0);
    const std::uint64_t before = s.due();
    for (int i = 0; i < 3'000'000; ++i)
        s.take();
    EXPECT_NEAR(static_cast<double>(s.due() - before), 10e9, 1);
}

TEST(Schedule, MissedIsWhatIsDueAndNotTaken) {
    for (const unsigned threads : {1U, 2U, 7U})
        for (const double rate : {0.7, 3.0, 999.0, 1e5})
            for (const std::uint64_t limit :
                 {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{500}})
                for (const std::uint64_t deadline : {std::uint64_t{0}, begin + second / 3})
                    for (unsigned thread = 0; thread < threads; ++thread) {
                        Schedule s(begin, rate, threads, thread, limit, deadline);
                        for (int i = 0; i < 3 && s.more(); ++i)
                            s.take();
                        const std::uint64_t now = begin + second / 2;
                        std::uint64_t expected = 0;
                        for (Schedule rest = s; rest.more() && rest.due() < now; rest.take())
                            ++expected;
                        EXPECT_EQ(s.missed(now), expected)
                            << threads << ' ' << rate << ' ' << limit << ' ' << deadline;
                    }
}

} // namespace
} // namespace htstress
