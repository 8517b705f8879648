// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "url_list.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace htstress {
namespace {

std::vector<ListedUrl> parsed(std::string_view text) {
    std::vector<ListedUrl> urls;
    EXPECT_EQ(parse_url_list(text, urls), "") << text;
    return urls;
}

std::string fault(std::string_view text) {
    std::vector<ListedUrl> urls;
    return parse_url_list(text, urls);
}

std::vector<ListedUrl> weighted(const std::vector<std::uint32_t>& weights) {
    std::vector<ListedUrl> urls;
    for (const std::uint32_t weight : weights)
        urls.push_back({weight, "", "/", 1});
    return urls;
}

TEST(UrlList, Lines) {
    const auto urls = parsed("# mix\n\n  \t\n/a\n 3 /b?c#d\r\n2\thttp://host:81\nhost:81/e");
    ASSERT_EQ(urls.size(), 4U);
    EXPECT_EQ(urls[0].path, "/a");
    EXPECT_EQ(urls[0].authority, "");
    EXPECT_EQ(urls[0].weight, 1U);
    EXPECT_EQ(urls[0].line, 4U);
    EXPECT_EQ(urls[1].path, "/b?c");
    EXPECT_EQ(urls[1].weight, 3U);
    EXPECT_EQ(urls[2].path, "/");
    EXPECT_EQ(urls[2].authority, "host:81");
    EXPECT_EQ(urls[3].path, "/e");
    EXPECT_EQ(urls[3].line, 7U);
}

TEST(UrlList, FaultsNameTheirLine) {
    EXPECT_NE(fault("").find("no URL"), std::string::npos);
    EXPECT_NE(fault("# a\n").find("no URL"), std::string::npos);
    for (const char* line : {"0 /a", "-1 /a", "100001 /a", "12", "/a b", "1 /a b", "x /a",
                             "https://h/", "1 ::1/", "/a\x01", "http://h:0/", "1.5 /a"})
        EXPECT_TRUE(fault("/first\n\n" + std::string(line) + "\n/last\n").starts_with("line 3: "))
            << line << ": " << fault("/first\n\n" + std::string(line) + "\n/last\n");
}

TEST(UrlList, ARoundIsBounded) {
    std::string text;
    for (int i = 0; i < 11; ++i)
        text += "99991 /a\n";
    EXPECT_EQ(fault(text), ""); // eleven to one, by their divisor
    EXPECT_NE(fault(text + "1 /b\n"), "");
}

TEST(Rotation, EachAsOftenAsItWeighs) {
    const std::vector<std::uint32_t> weights = {5, 1, 3, 1};
    const auto order = rotation(weighted(weights));
    ASSERT_EQ(order.size(), 10U);
    for (std::uint32_t i = 0; i < weights.size(); ++i)
        EXPECT_EQ(std::count(order.begin(), order.end(), i), weights[i]);
    EXPECT_EQ(order, rotation(weighted(weights)));
    EXPECT_EQ(rotation(weighted({50, 10, 30, 10})), order);
    EXPECT_EQ(rotation(weighted({7})), std::vector<std::uint32_t>{0});
}

// In any piece of the round each has its share, give or take one.
TEST(Rotation, EvenlySpread) {
    const std::vector<std::uint32_t> weights = {70, 20, 9, 1};
    const auto order = rotation(weighted(weights));
    for (std::uint32_t i = 0; i < weights.size(); ++i)
        for (std::size_t n = 0; n <= order.size(); ++n) {
            const auto seen = std::count(order.begin(), order.begin() + static_cast<long>(n), i);
            EXPECT_NEAR(static_cast<double>(seen), static_cast<double>(n * weights[i]) / 100, 1.5);
        }
}

} // namespace
} // namespace htstress
