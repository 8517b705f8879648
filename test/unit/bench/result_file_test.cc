// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "result_file.hh"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bench {
namespace {

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

class ResultFile : public testing::Test {
protected:
    ~ResultFile() override { std::filesystem::remove(path_); }
    const std::string path_ = testing::TempDir() + "bench_result_file.txt";
};

TEST_F(ResultFile, HasALineOfIndexAndMicrosecondsForEachThread) {
    const std::vector<double> means{12.5, 0.0004, 1234567.0};
    ASSERT_EQ(write_result_file(path_, means), "");
    EXPECT_EQ(content_of(path_), "0 12.500\n1 0.000\n2 1234567.000\n");
}

TEST_F(ResultFile, ReplacesAnOlderOne) {
    ASSERT_EQ(write_result_file(path_, std::vector<double>(100, 1.0)), "");
    ASSERT_EQ(write_result_file(path_, std::vector<double>{2.0}), "");
    EXPECT_EQ(content_of(path_), "0 2.000\n");
}

TEST_F(ResultFile, SaysWhyItCannotBeWritten) {
    const std::string fault = write_result_file("/nowhere/bench.txt", std::vector<double>{1.0});
    EXPECT_NE(fault.find("/nowhere/bench.txt"), std::string::npos);
    EXPECT_NE(fault.find("No such file"), std::string::npos);
}

// Buffered output fails when it is flushed, not when it is written.
TEST_F(ResultFile, NoticesAFullDevice) {
    if (!std::filesystem::exists("/dev/full"))
        GTEST_SKIP() << "no /dev/full here";
    EXPECT_NE(write_result_file("/dev/full", std::vector<double>{1.0}), "");
}

} // namespace
} // namespace bench
