// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace bench {
namespace {

struct Parsed {
    Options options;
    bool goes_on;
    int exit_code = -1;
    std::string out;
    std::string err;

    Parsed(std::initializer_list<const char*> words) {
        std::vector<const char*> arguments{"bench"};
        arguments.insert(arguments.end(), words);
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        goes_on =
            parse_options(static_cast<int>(arguments.size()), arguments.data(), options, exit_code);
        out = testing::internal::GetCapturedStdout();
        err = testing::internal::GetCapturedStderr();
    }
};

TEST(Options, WithoutAnyItIsTheBenchmarkThatPeopleKnow) {
    const Parsed p{};
    ASSERT_TRUE(p.goes_on);
    EXPECT_EQ(p.options.host, "127.0.0.1");
    EXPECT_EQ(p.options.port, 12345);
    EXPECT_EQ(p.options.threads, 1000U);
    EXPECT_EQ(p.options.rounds, 10U);
    EXPECT_EQ(p.options.output, "bench.txt");
    EXPECT_FALSE(p.options.persistent);
    EXPECT_FALSE(p.options.unique);
    EXPECT_GT(p.options.size, 0U);
    EXPECT_LT(p.options.size, 100U);
}

TEST(Options, AreTaken) {
    const Parsed p{"--host",   "::1",      "--port", "80",     "--threads", "7",
                   "--rounds", "3",        "--size", "4KiB",   "--unique",  "--timeout",
                   "0.5",      "--output", "o.txt",  "--json", "-",         "-6"};
    ASSERT_TRUE(p.goes_on) << p.err;
    EXPECT_EQ(p.options.host, "::1");
    EXPECT_EQ(p.options.port, 80);
    EXPECT_EQ(p.options.threads, 7U);
    EXPECT_EQ(p.options.rounds, 3U);
    EXPECT_EQ(p.options.size, 4096U);
    EXPECT_TRUE(p.options.unique);
    EXPECT_DOUBLE_EQ(p.options.timeout, 0.5);
    EXPECT_EQ(p.options.output, "o.txt");
    EXPECT_EQ(p.options.json_path, "-");
    EXPECT_EQ(p.options.family, AF_INET6);
}

TEST(Options, SizesHaveUnits) {
    EXPECT_EQ(Parsed{"--size=1"}.options.size, 1U);
    EXPECT_EQ(Parsed{"--size=64MiB"}.options.size, std::size_t{64} << 20);
}

TEST(Options, BracketsOfAnAddressAreTakenOff) {
    EXPECT_EQ((Parsed{"--host", "[::1]"}).options.host, "::1");
}

TEST(Options, PersistentHasDefaultsOfItsOwn) {
    const Parsed p{"--persistent"};
    ASSERT_TRUE(p.goes_on) << p.err;
    EXPECT_EQ(p.options.threads, 1U);
    EXPECT_EQ(p.options.connections, 1U);
    EXPECT_EQ(p.options.number, 0U);
    EXPECT_GT(p.options.duration, 0);
}

TEST(Options, ANumberOfRoundTripsIsLimitEnough) {
    const Parsed p{"--persistent", "-c", "64", "-t", "2", "-n", "1000", "--warmup", "10"};
    ASSERT_TRUE(p.goes_on) << p.err;
    EXPECT_EQ(p.options.threads, 2U);
    EXPECT_EQ(p.options.connections, 64U);
    EXPECT_EQ(p.options.number, 1000U);
    EXPECT_EQ(p.options.warmup, 10U);
    EXPECT_EQ(p.options.duration, 0);
}

TEST(Options, HelpIsNoError) {
    const Parsed p{"--help"};
    EXPECT_FALSE(p.goes_on);
    EXPECT_EQ(p.exit_code, 0);
    for (const char* word : {"--host", "--port", "--threads", "--rounds", "--size", "--unique",
                             "--timeout", "--output", "--json", "--persistent", "--connections",
                             "--number", "--duration", "--warmup", "--marker"})
        EXPECT_NE(p.out.find(word), std::string::npos) << word;
}

class WrongOptions : public testing::TestWithParam<std::vector<const char*>> {};

TEST_P(WrongOptions, AreRefusedWithAMessage) {
    std::vector<const char*> arguments{"bench"};
    arguments.insert(arguments.end(), GetParam().begin(), GetParam().end());
    Options options;
    int exit_code = -1;
    testing::internal::CaptureStderr();
    EXPECT_FALSE(
        parse_options(static_cast<int>(arguments.size()), arguments.data(), options, exit_code));
    EXPECT_FALSE(testing::internal::GetCapturedStderr().empty());
    EXPECT_EQ(exit_code, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Bench, WrongOptions,
    testing::Values(std::vector{"--threads", "0"}, std::vector{"--threads", "-1"},
                    std::vector{"--threads", "many"}, std::vector{"--rounds", "0"},
                    std::vector{"--port", "0"}, std::vector{"--port", "65536"},
                    std::vector{"--size", "0"}, std::vector{"--size", "2GiB"},
                    std::vector{"--size", "4 potatoes"}, std::vector{"--timeout", "0"},
                    std::vector{"--output", ""}, std::vector{"--host", ""}, std::vector{"-4", "-6"},
                    std::vector{"--nonsense"}, std::vector{"stray"},
                    // What the mode would ignore.
                    std::vector{"--connections", "2"}, std::vector{"--number", "2"},
                    std::vector{"--duration", "2"}, std::vector{"--warmup", "2"},
                    std::vector{"--marker"}, std::vector{"--persistent", "--rounds", "2"},
                    std::vector{"--persistent", "--output", "x"},
                    std::vector{"--persistent", "--duration", "-1"}));

} // namespace
} // namespace bench
