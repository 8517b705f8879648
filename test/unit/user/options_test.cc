// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <algorithm>
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
    EXPECT_EQ(options.server.cache.cache_entries, 16384u);
    cpu_set_t cores;
    ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
    EXPECT_EQ(options.server.threads, static_cast<unsigned>(CPU_COUNT(&cores)));
    EXPECT_STREQ(options.server.model->name, "epoll-et");
    ASSERT_EQ(options.server.addresses.size(), 1u);
    EXPECT_EQ(options.server.addresses[0].text, "::");
    EXPECT_FALSE(options.config.has_root);
    EXPECT_EQ(options.server.roots, std::vector<std::string>{});
    EXPECT_EQ(options.server.symlinks, KTCP_SYMLINKS_BENEATH);
    EXPECT_EQ(options.config.site_count, 0u);
    EXPECT_EQ(options.config.cache_control, nullptr);
    EXPECT_FALSE(options.config.list_hidden);
    EXPECT_EQ(options.server.user_timeout, options.config.send_timeout);
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
    EXPECT_EQ(options.server.roots, std::vector<std::string>{"/srv"});
    EXPECT_TRUE(options.config.has_root);
    EXPECT_EQ(options.server.threads, 3u);
    EXPECT_EQ(options.server.backlog, 7);
    EXPECT_EQ(options.config.idle_timeout, 1u);
    EXPECT_EQ(options.config.head_timeout, 2u);
    EXPECT_EQ(options.config.send_timeout, 3u);
    EXPECT_EQ(options.server.user_timeout, 3u);
    EXPECT_EQ(options.config.linger_timeout, 4u);
    EXPECT_EQ(options.server.drain_timeout, 5u);
    EXPECT_EQ(options.config.head_size, 256u); // decimal, whatever C thinks of a leading 0
    EXPECT_EQ(options.config.body_size, 0u);
    EXPECT_EQ(options.server.max_connections, 8u);
    EXPECT_EQ(options.server.cache.cache_entries, 0u);
}

// Of a limit: where its value ends up, and its row in the table.
struct Row {
    std::string option;
    uint64_t preset, least, most;
    const char* unit;
    const char* what;
    uint32_t& (*value)(HttpOptions&);
};
const Row rows[] = {
#define KTCP_HTTP_ROW(name, preset, least, most, unit, what)                                       \
    {#name, preset, least, most, unit, what, [](HttpOptions& options) -> uint32_t& {               \
         return options.config.name;                                                               \
     }},
#define KTCP_HOST_ROW(name, preset, least, most, unit, what)                                       \
    {#name, preset, least, most, unit, what, [](HttpOptions& options) -> uint32_t& {               \
         return options.server.name;                                                               \
     }},
#define KTCP_CACHE_ROW(name, preset, least, most, unit, what)                                      \
    {#name, preset, least, most, unit, what, [](HttpOptions& options) -> uint32_t& {               \
         return options.server.cache.name;                                                         \
     }},
    KTCP_HTTP_LIMITS(KTCP_HTTP_ROW) KTCP_HOST_LIMITS(KTCP_HOST_ROW)
        KTCP_CACHE_LIMITS(KTCP_CACHE_ROW)};

std::string dashed(std::string name) {
    std::ranges::replace(name, '_', '-');
    return "--" + name;
}

TEST(Options, EachLimitIsAnOptionOfItsRange) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(http({"--help"}).exit_status, 0);
    std::string help = ::testing::internal::GetCapturedStdout();
    HttpOptions defaults = http({});
    for (const Row& row : rows) {
        std::string option = dashed(row.option);
        auto given = [&](uint64_t value) {
            return http({option.c_str(), std::to_string(value).c_str()});
        };
        auto refused = [&](uint64_t value) {
            ::testing::internal::CaptureStderr();
            auto status = given(value).exit_status;
            std::string message = ::testing::internal::GetCapturedStderr();
            EXPECT_NE(message.find(option), std::string::npos) << message;
            return status == 2;
        };
        EXPECT_EQ(row.value(defaults), row.preset) << option;
        for (uint64_t value : {row.least, row.most}) {
            HttpOptions options = given(value);
            EXPECT_FALSE(options.exit_status) << option << " " << value;
            EXPECT_EQ(row.value(options), value) << option;
        }
        EXPECT_TRUE(refused(row.most + 1)) << option;
        EXPECT_TRUE(row.least == 0 || refused(row.least - 1)) << option;
        size_t at = help.find("  " + option + " ");
        ASSERT_NE(at, std::string::npos) << option;
        std::string section = help.substr(at, help.find("\n  --", at + 1) - at);
        EXPECT_NE(section.find(row.unit), std::string::npos) << section;
        EXPECT_NE(section.find(row.what), std::string::npos) << section;
        std::string range = "[" + std::to_string(row.least) + " to " + std::to_string(row.most) +
                            "]=" + std::to_string(row.preset);
        EXPECT_NE(section.find(range), std::string::npos) << section;
    }
}

TEST(Options, AnEchoServerHasTheLimitsThatConcernIt) {
    const char* good[] = {"user-echo-server",
                          "--max-connections",
                          "7",
                          "--max-per-address",
                          "3",
                          "--drain-timeout",
                          "100"};
    EchoOptions options = parse_echo_options(std::size(good), good);
    EXPECT_FALSE(options.exit_status);
    EXPECT_EQ(options.server.max_connections, 7u);
    EXPECT_EQ(options.server.max_per_address, 3u);
    EXPECT_EQ(options.server.drain_timeout, 100u);
    ::testing::internal::CaptureStderr();
    const char* bad[] = {"user-echo-server", "--sort-memory", "8192"};
    EXPECT_EQ(parse_echo_options(std::size(bad), bad).exit_status, 2);
    ::testing::internal::GetCapturedStderr();
}

TEST(Options, HostsHaveRootsOfTheirOwn) {
    HttpOptions options = http({"--host", "A.Example=/a", "--host=*.example=/b=c", "--root", "/r"});
    ASSERT_FALSE(options.exit_status);
    EXPECT_EQ(options.server.roots, (std::vector<std::string>{"/r", "/a", "/b=c"}));
    EXPECT_TRUE(options.config.has_root);
    ASSERT_EQ(options.config.site_count, 2u);
    const ktcp_http_site* sites = options.config.sites;
    EXPECT_EQ(std::string(sites[0].name, sites[0].name_size), "a.example");
    EXPECT_EQ(sites[0].root, 1u);
    EXPECT_EQ(std::string(sites[1].name, sites[1].name_size), "*.example");
    EXPECT_EQ(sites[1].root, 2u);
    EXPECT_EQ(describe_roots(options), "serving /r, a.example=/a, *.example=/b=c");
}

TEST(Options, HostsNeedNoDefaultRoot) {
    HttpOptions options = http({"--host", "a=/a"});
    ASSERT_FALSE(options.exit_status);
    EXPECT_FALSE(options.config.has_root);
    EXPECT_EQ(options.server.roots, (std::vector<std::string>{"", "/a"}));
    EXPECT_EQ(describe_roots(options), "serving a=/a");
}

TEST(Options, ThereIsAMostOfHosts) {
    std::vector<std::string> texts;
    for (unsigned i = 0; i <= KTCP_HTTP_SITES_MAX; ++i)
        texts.push_back("--host=h" + std::to_string(i) + "=/srv");
    std::vector<const char*> arguments;
    for (const std::string& text : texts)
        arguments.push_back(text.c_str());
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(http(arguments).exit_status, 2);
    std::string message = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(message.find(std::to_string(KTCP_HTTP_SITES_MAX)), std::string::npos) << message;
    arguments.pop_back();
    EXPECT_EQ(http(arguments).config.site_count, KTCP_HTTP_SITES_MAX);
}

TEST(Options, TextsAndRules) {
    HttpOptions options =
        http({"--cache-control", "public, max-age=60", "--list-hidden", "--symlinks", "in_root"});
    ASSERT_FALSE(options.exit_status);
    HttpOptions moved = std::move(options); // nothing points into what was moved
    EXPECT_STREQ(moved.config.cache_control, "public, max-age=60");
    EXPECT_TRUE(moved.config.list_hidden);
    EXPECT_EQ(moved.server.symlinks, KTCP_SYMLINKS_IN_ROOT);
    EXPECT_EQ(http({"--symlinks=none"}).server.symlinks, KTCP_SYMLINKS_NONE);
    EXPECT_EQ(http({"--symlinks=beneath"}).server.symlinks, KTCP_SYMLINKS_BENEATH);
    EXPECT_TRUE(http({"--list-hidden=1"}).config.list_hidden);
    EXPECT_FALSE(http({"--list-hidden=0"}).config.list_hidden);
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
    std::string option = GetParam()[0];
    EXPECT_NE(message.find(option.substr(0, option.find('='))), std::string::npos) << message;
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
                             {"--host", "a"},
                             {"--host", "=/srv"},
                             {"--host", "a="},
                             {"--host", "a:80=/srv"},
                             {"--host", "a b=/srv"},
                             {"--host", "a=/srv", "--host", "b=/srv", "--host", "A=/other"},
                             {"--symlinks", ""},
                             {"--symlinks", "all"},
                             {"--symlinks", "Beneath"},
                             {"--list-hidden=maybe"},
                             {"--cache-control", ""},
                             {"--cache-control", "a\r\nSet-Cookie: x"},
                             {"--cache-control", "a\x7f"},
                             {"--send-rate", "-1"},
                             {"--max-per-address", "1000001"},
                             {"--nonsense"}}));

} // namespace
} // namespace ktcp::user
