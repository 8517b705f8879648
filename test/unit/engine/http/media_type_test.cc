// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/media_type.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace ktcp::http {
namespace {

std::string type_of(std::string_view path) { return test::text(media_type_of(test::bytes(path))); }

TEST(MediaType, GoesByTheLastExtensionWithoutRegardToCase) {
    EXPECT_EQ(type_of("a/index.html"), "text/html; charset=utf-8");
    EXPECT_EQ(type_of("README.TXT"), "text/plain; charset=utf-8");
    EXPECT_EQ(type_of("changelog.Debian.gz"), "application/gzip");
    EXPECT_EQ(type_of("x.png"), "image/png");
}

TEST(MediaType, FallsBackToOctetStream) {
    for (const char* path : {"", "x", "a.b/c", ".html", "d/.png", "x.", "x.no-such-extension",
                             "x.averyveryverylongextensionthatnobodyhaseverheardof", "."})
        EXPECT_EQ(type_of(path), "application/octet-stream") << path;
}

TEST(MediaType, KnowsEveryExtensionOfTheInstalledTable) {
    std::ifstream file("/etc/mime.types");
    ASSERT_TRUE(file) << "the package media-types is missing";
    std::map<std::string, std::string> expected; // the first line that names it wins
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string type, extension;
        if (!(words >> type) || type[0] == '#')
            continue;
        while (words >> extension && extension[0] != '#')
            if (extension.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_+-") ==
                std::string::npos)
                expected.emplace(extension, type);
    }
    EXPECT_GT(expected.size(), 500u);
    for (const auto& [extension, type] : expected)
        EXPECT_TRUE(type_of("file." + extension).starts_with(type)) << extension;
}

} // namespace
} // namespace ktcp::http
