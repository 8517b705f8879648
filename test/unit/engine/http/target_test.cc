// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/target.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

struct Parsed {
    Target target;
    std::string path;
};

Parsed parse(std::string_view target) {
    static char memory[path_capacity];
    Parsed parsed;
    parsed.target = parse_target(test::bytes(target), memory);
    if (parsed.target.error == Status::none) {
        EXPECT_EQ(memory[parsed.target.path_size], '\0') << target;
        parsed.path.assign(memory, parsed.target.path_size);
    }
    return parsed;
}

std::string path_of(std::string_view target) {
    const Parsed parsed = parse(target);
    EXPECT_EQ(parsed.target.error, Status::none) << target;
    return parsed.path + (parsed.target.directory ? " dir" : "");
}

Status error_of(std::string_view target) { return parse(target).target.error; }

TEST(Target, MergesSlashesAndRemovesDotSegments) {
    EXPECT_EQ(path_of("/"), " dir");
    EXPECT_EQ(path_of("/a"), "a");
    EXPECT_EQ(path_of("/a/"), "a dir");
    EXPECT_EQ(path_of("//a///b//"), "a/b dir");
    EXPECT_EQ(path_of("/a/./b"), "a/b");
    EXPECT_EQ(path_of("/a/b/../c"), "a/c");
    EXPECT_EQ(path_of("/a/.."), " dir");
    EXPECT_EQ(path_of("/a/b/.."), "a dir");
    EXPECT_EQ(path_of("/a/."), "a dir");
    EXPECT_EQ(path_of("/..a/b../..."), "..a/b../...");
}

TEST(Target, DecodesOnceAndBeforeItLooksForDots) {
    EXPECT_EQ(path_of("/a%20b%C3%A9"), "a b\xc3\xa9");
    EXPECT_EQ(path_of("/%2541"), "%41");
    EXPECT_EQ(path_of("/a/%2e%2E/b"), "b");
    EXPECT_EQ(path_of("/%252e%252e/b"), "%2e%2e/b");
}

TEST(Target, NeverClimbsAboveTheRoot) {
    for (const char* target : {"/..", "/../", "/a/../..", "/%2e%2e/etc", "/./../x", "//..",
                               "/a/b/../../../c", "http://h/.."})
        EXPECT_EQ(error_of(target), Status::bad_request) << target;
}

TEST(Target, RefusesBadEscapes) {
    for (const char* target : {"/%", "/%4", "/%zz", "/%0g", "/a%00b", "/%?41"})
        EXPECT_EQ(error_of(target), Status::bad_request) << target;
}

TEST(Target, AnEncodedSlashIsInNoName) {
    EXPECT_TRUE(parse("/a%2fb").target.missing);
    EXPECT_TRUE(parse("/..%2f..%2Fetc").target.missing);
    EXPECT_FALSE(parse("/a/b").target.missing);
}

TEST(Target, TakesTheFormsOfRfc9112) {
    EXPECT_TRUE(parse("*").target.asterisk);
    EXPECT_EQ(path_of("http://example.org:80/a/b"), "a/b");
    EXPECT_EQ(test::text(parse("HTTP://h:1/x").target.authority), "h:1");
    EXPECT_EQ(path_of("http://h"), " dir");
    EXPECT_EQ(path_of("http://h?q"), " dir");
    for (const char* target : {"", "a", "h:80", "https://", "http:///x", "http://u@h/", "http:/x"})
        EXPECT_EQ(error_of(target), Status::bad_request) << target;
    EXPECT_EQ(error_of("HTTPS://h/"), Status::misdirected_request);
}

TEST(Target, KeepsTheQueryApart) {
    const Parsed parsed = parse("/a?b=%zz/../c?d");
    EXPECT_EQ(parsed.path, "a");
    EXPECT_EQ(test::text(parsed.target.query), "?b=%zz/../c?d");
}

TEST(Target, BoundsThePath) {
    EXPECT_EQ(path_of("/" + std::string(path_capacity - 1, 'x')).size(), path_capacity - 1);
    EXPECT_EQ(error_of("/" + std::string(path_capacity, 'x')), Status::uri_too_long);
    // The bound is on what is decoded, and segments that go away again count
    // only while they are there.
    std::string long_target;
    for (int i = 0; i < 1000; i++)
        long_target += "/abcdefgh/..";
    EXPECT_EQ(path_of(long_target + "/x"), "x");
    std::string separators;
    for (size_t i = 0; i < path_capacity / 2 - 1; i++)
        separators += "/x";
    EXPECT_EQ(error_of(separators + "/x"), Status::none);
    EXPECT_EQ(error_of(separators + "/x/x"), Status::uri_too_long);
}

} // namespace
} // namespace ktcp::http
