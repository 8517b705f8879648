// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/arguments.hh"

#include <gtest/gtest.h>
#include <stdexcept>

namespace ktcp::test {
namespace {

struct Values {
    std::string server;
    unsigned clients = 3;
    bool echo = false;

    void parse(std::vector<const char*> words) {
        Arguments arguments("Tests.");
        arguments.positional("server", server, "HOST:PORT");
        arguments.option("clients", clients, "how many", 1);
        arguments.flag("echo", echo, "it echoes");
        words.insert(words.begin(), "tool");
        arguments.parse(static_cast<int>(words.size()), const_cast<char**>(words.data()));
    }
};

TEST(Arguments, AreTakenInAnyOrderAndEitherForm) {
    Values values;
    values.parse({"--clients", "7", "localhost:1", "--echo"});
    EXPECT_EQ(values.server, "localhost:1");
    EXPECT_EQ(values.clients, 7u);
    EXPECT_TRUE(values.echo);
    Values others;
    others.parse({"localhost:2", "--clients=9"});
    EXPECT_EQ(others.clients, 9u);
    EXPECT_FALSE(others.echo);
}

TEST(ArgumentsDeathTest, WhatIsWrongIsNamedAndEndsTheTool) {
    auto complaint_of = [](std::vector<const char*> words) { Values().parse(std::move(words)); };
    using testing::ExitedWithCode;
    EXPECT_EXIT(complaint_of({}), ExitedWithCode(2), "server is missing");
    EXPECT_EXIT(complaint_of({"a", "b"}), ExitedWithCode(2), "'b' is too much");
    EXPECT_EXIT(complaint_of({"a", "--no"}), ExitedWithCode(2), "no option --no");
    EXPECT_EXIT(complaint_of({"a", "--clients"}), ExitedWithCode(2), "wants a value");
    EXPECT_EXIT(complaint_of({"a", "--clients=0"}), ExitedWithCode(2), "'0' is no value");
    EXPECT_EXIT(complaint_of({"a", "--clients=7x"}), ExitedWithCode(2), "'7x' is no value");
    EXPECT_EXIT(complaint_of({"a", "--echo=1"}), ExitedWithCode(2), "no option --echo");
}

TEST(RunProgram, StatusIsTheBodysOr2WithTheReason) {
    EXPECT_EQ(run_program([] { return 1; }), 1);
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_program([]() -> int { throw std::runtime_error("no server"); }), 2);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "support_test: no server\n");
}

} // namespace
} // namespace ktcp::test
