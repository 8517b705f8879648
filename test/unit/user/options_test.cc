// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <gtest/gtest.h>
#include <sched.h>

namespace ktcp::user {
namespace {

HttpOptions http(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "user-http-server");
    return parse_http_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, Defaults) {
    HttpOptions options = http({});
    EXPECT_FALSE(options.exit_status);
    EXPECT_EQ(options.server.port, 8081);
    EXPECT_EQ(options.server.backlog, 100);
    EXPECT_EQ(options.server.max_connections, 65536u);
    EXPECT_EQ(options.server.cache_entries, 256u);
    cpu_set_t cores;
    ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
    EXPECT_EQ(options.server.threads, static_cast<unsigned>(CPU_COUNT(&cores)));
    EXPECT_STREQ(options.server.model->name, "epoll-et");
    ASSERT_EQ(options.server.addresses.size(), 1u);
    EXPECT_EQ(options.server.addresses[0].text, "::");
    EXPECT_FALSE(options.config.has_root);
    EXPECT_EQ(options.config.head_timeout, KTCP_HTTP_HEAD_TIMEOUT_DEFAULT);
    EXPECT_EQ(options.config.idle_timeout, KTCP_HTTP_IDLE_TIMEOUT_DEFAULT);
    EXPECT_EQ(options.config.send_timeout, KTCP_HTTP_SEND_TIMEOUT_DEFAULT);
    EXPECT_EQ(options.config.linger_timeout, KTCP_HTTP_LINGER_TIMEOUT_DEFAULT);
    EXPECT_EQ(options.config.head_size, KTCP_HTTP_HEAD_SIZE_DEFAULT);
    EXPECT_EQ(options.config.body_size, KTCP_HTTP_BODY_SIZE_DEFAULT);
    const char* echo[] = {"user-echo-server"};
    EXPECT_EQ(parse_echo_options(1, echo).server.port, 12345);
}

TEST(Options, EachOneArrives) {
    HttpOptions options = http({"--port",
                                "0",
                                "--listen",
                                "127.0.0.1",
                                "--listen=[::1]",
                                "--root",
                                "/srv",
                                "--threads=3",
                                "--backlog",
                                "7",
                                "--idle-timeout",
                                "1",
                                "--head-timeout",
                                "2",
                                "--send-timeout",
                                "3",
                                "--linger-timeout",
                                "4",
                                "--drain-timeout",
                                "5",
                                "--head-size",
                                "0256",
                                "--body-size",
                                "0",
                                "--max-connections",
                                "8",
                                "--cache-entries",
                                "0"});
    ASSERT_FALSE(options.exit_status);
    EXPECT_EQ(options.server.port, 0);
    ASSERT_EQ(options.server.addresses.size(), 2u);
    EXPECT_EQ(options.server.addresses[0].text, "127.0.0.1");
    EXPECT_EQ(options.server.addresses[1].text, "::1");
    EXPECT_EQ(options.server.root, "/srv");
    EXPECT_TRUE(options.config.has_root);
    EXPECT_EQ(options.server.threads, 3u);
    EXPECT_EQ(options.server.backlog, 7);
    EXPECT_EQ(options.config.idle_timeout, 1u);
    EXPECT_EQ(options.config.head_timeout, 2u);
    EXPECT_EQ(options.config.send_timeout, 3u);
    EXPECT_EQ(options.config.linger_timeout, 4u);
    EXPECT_EQ(options.server.drain_timeout, 5u);
    EXPECT_EQ(options.config.head_size, 256u); // decimal, whatever C thinks of a leading 0
    EXPECT_EQ(options.config.body_size, 0u);
    EXPECT_EQ(options.server.max_connections, 8u);
    EXPECT_EQ(options.server.cache_entries, 0u);
}

TEST(Options, HelpAndVersionSucceed) {
    EXPECT_EQ(http({"--help"}).exit_status, 0);
    EXPECT_EQ(http({"--version"}).exit_status, 0);
}

TEST(Options, EachModelIsFoundAndListed) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(http({"--help"}).exit_status, 0);
    std::string help = ::testing::internal::GetCapturedStdout();
    for (const char* name : {"iterative", "fork", "prefork", "thread", "thread-pool", "select",
                             "poll", "epoll-lt", "epoll-et", "io_uring"}) {
        HttpOptions options = http({"--model", name});
        ASSERT_FALSE(options.exit_status) << name;
        EXPECT_STREQ(options.server.model->name, name);
        EXPECT_NE(help.find(std::string("\n  ") + name + " "), std::string::npos) << help;
        EXPECT_NE(model_names().find(name), std::string::npos);
    }
}

TEST(Options, ThreadsAreWhatTheModelMakesOfThem) {
    EXPECT_EQ(http({"--model=prefork"}).server.threads, 64u);
    EXPECT_EQ(http({"--model=thread-pool"}).server.threads, 64u);
    EXPECT_EQ(http({"--model=thread-pool", "--threads=5"}).server.threads, 5u);
    EXPECT_EQ(http({"--threads=5", "--model=poll"}).server.threads, 5u);
    EXPECT_EQ(http({"--model=fork"}).server.threads, 1u);
    EXPECT_EQ(http({"--model=fork", "--threads=1"}).server.threads, 1u);
}

TEST(Options, AnUnknownModelIsToldTheKnownOnes) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(http({"--model", "kqueue"}).exit_status, 2);
    std::string message = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(message.find("'kqueue'"), std::string::npos) << message;
    EXPECT_NE(message.find(model_names()), std::string::npos) << message;
}

class BadValue : public ::testing::TestWithParam<std::vector<const char*>> {};

TEST_P(BadValue, IsAUsageError) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(http(GetParam()).exit_status, 2);
    std::string message = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(message.find(GetParam()[0]), std::string::npos) << message;
    EXPECT_NE(message.find("--help"), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Options, BadValue,
                         ::testing::ValuesIn(std::vector<std::vector<const char*>>{
                             {"--port", "65536"},
                             {"--port", "-1"},
                             {"--port", "http"},
                             {"--port", "0x50"},
                             {"--port", "80 "},
                             {"--port", ""},
                             {"--port", "18446744073709551617"},
                             {"--port"},
                             {"--listen", "localhost"},
                             {"--listen", "1.2.3"},
                             {"--listen", "[::1"},
                             {"--listen", ""},
                             {"--threads", "0"},
                             {"--threads", "1025"},
                             {"--threads", "2", "--model", "iterative"},
                             {"--threads", "2", "--model", "fork"},
                             {"--threads", "2", "--model", "thread"},
                             {"--model", ""},
                             {"--model", "epoll"},
                             {"--model"},
                             {"--backlog", "0"},
                             {"--backlog", "65536"},
                             {"--idle-timeout", "0"},
                             {"--idle-timeout", "86400001"},
                             {"--head-timeout", "1s"},
                             {"--send-timeout", "-5"},
                             {"--linger-timeout", "0"},
                             {"--drain-timeout", "x"},
                             {"--head-size", "255"},
                             {"--head-size", "8193"},
                             {"--body-size", "4294967296"},
                             {"--max-connections", "0"},
                             {"--cache-entries", "1.5"},
                             {"--root", ""},
                             {"--nonsense"}}));

} // namespace
} // namespace ktcp::user
