// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// That the cases can fail: what the judge says of responses that are almost right.
#include "support/judge.hh"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace ktcp::test {
namespace {

namespace fs = std::filesystem;

constexpr int64_t now = 1753000000; // Sun, 20 Jul 2025 08:26:40 GMT

class Judging : public testing::Test {
protected:
    Judging() {
        const char* base = std::getenv("TMPDIR");
        std::string pattern = std::string(base ? base : "/tmp") + "/judge_test.XXXXXX";
        directory_ = mkdtemp(pattern.data());
        write("tree", "mtime 1700000000\nfile f text 0123456789\ncoded f gzip zipped\n"
                      "dir d\nfile d/.hidden text x\nfile d/shown text x\n");
        tree_ = DocumentTree::load(directory_ / "tree");
    }
    ~Judging() override { fs::remove_all(directory_); }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(directory_ / name) << text;
    }

    Case parse(const std::string& text) {
        write("x.case", "section X\ncase x\n" + text + "end kept\n");
        return load_cases(directory_ / "x.case").at(0);
    }
    bool parses(const std::string& text) {
        try {
            parse(text);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    static std::string response(const std::string& status, const std::string& fields,
                                const std::string& body) {
        return "HTTP/1.1 " + status +
               "\r\nServer: ktcp\r\nDate: Sun, 20 Jul 2025 08:26:40 GMT\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    bool accepts(const std::string& text, const std::string& bytes) {
        const Case one = parse(text);
        Judge judge(one, tree_, now);
        judge.feed(bytes);
        return judge.complaints().empty() && judge.all_received();
    }

    fs::path directory_;
    DocumentTree tree_;
};

TEST_F(Judging, OneRange) {
    const std::string rule = "< 206\nbody range f 2-4\n";
    const std::string said = "Content-Range: bytes 2-4/10\r\n";
    EXPECT_TRUE(accepts(rule, response("206 Partial Content", said, "234")));
    EXPECT_FALSE(accepts(rule, response("206 Partial Content", said, "345")));
    EXPECT_FALSE(accepts(rule, response("206 Partial Content", said, "2345")));
    EXPECT_FALSE(accepts(rule, response("206 Partial Content", "", "234")));
    EXPECT_FALSE(
        accepts(rule, response("206 Partial Content", "Content-Range: bytes 2-5/10\r\n", "234")));
    EXPECT_FALSE(accepts(rule, response("200 OK", said, "234")));
}

TEST_F(Judging, SeveralRanges) {
    const std::string rule = "< 206\nbody ranges f 0-1 9-9\n";
    const std::string type = "Content-Type: multipart/byteranges; boundary=B\r\n";
    const auto part = [](const std::string& range, const std::string& bytes) {
        return "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes " + range + "/10\r\n\r\n" +
               bytes + "\r\n";
    };
    const std::string first = part("0-1", "01"), second = part("9-9", "9"), end = "--B--\r\n";
    const auto answer = [&](const std::string& body) {
        return response("206 Partial Content", type, body);
    };
    EXPECT_TRUE(accepts(rule, answer(first + second + end)));
    EXPECT_FALSE(accepts(rule, answer(second + first + end)));
    EXPECT_FALSE(accepts(rule, answer(first + end)));
    EXPECT_FALSE(accepts(rule, answer(first + second + second + end)));
    EXPECT_FALSE(accepts(rule, answer(first + second)));
    EXPECT_FALSE(accepts(rule, answer(first + part("9-9", "8") + end)));
    EXPECT_FALSE(accepts(rule, answer(first + part("8-9", "9") + end)));
    EXPECT_FALSE(
        accepts(rule, response("206 Partial Content", type + "Content-Range: bytes 0-9/10\r\n",
                               first + second + end)));
}

TEST_F(Judging, CodedForms) {
    EXPECT_TRUE(accepts("< 200\nbody coded f gzip\n", response("200 OK", "", "zipped")));
    EXPECT_FALSE(accepts("< 200\nbody coded f gzip\n", response("200 OK", "", "0123456789")));
    EXPECT_FALSE(accepts("< 200\nbody coded f br\n", response("200 OK", "", "zipped")));
}

TEST_F(Judging, HiddenEntries) {
    const std::string shown = R"({"name":"shown","href":"shown","type":"file","size":1})";
    const std::string hidden = R"({"name":".hidden","href":".hidden","type":"file","size":1})";
    const std::string rule = "< 200\nbody lists-json d\n";
    EXPECT_TRUE(accepts(rule, response("200 OK", "", "[" + shown + "]")));
    EXPECT_FALSE(accepts(rule, response("200 OK", "", "[" + shown + "," + hidden + "]")));
}

TEST_F(Judging, RememberedValues) {
    const std::string rule =
        "< 200\n<= ETag as tag\n< 304\n< ETag: W/{tag}\n< 304\n<! ETag: {tag}\n";
    const auto answers = [](const std::string& a, const std::string& b, const std::string& c) {
        const auto other = [](const std::string& tag) {
            return "HTTP/1.1 304 Not Modified\r\nServer: ktcp\r\n"
                   "Date: Sun, 20 Jul 2025 08:26:40 GMT\r\nETag: " +
                   tag + "\r\n\r\n";
        };
        return response("200 OK", a.empty() ? "" : "ETag: " + a + "\r\n", "x") + other(b) +
               other(c);
    };
    EXPECT_TRUE(accepts(rule, answers("\"1\"", "W/\"1\"", "\"2\"")));
    EXPECT_FALSE(accepts(rule, answers("\"1\"", "\"1\"", "\"2\"")));
    EXPECT_FALSE(accepts(rule, answers("\"1\"", "W/\"1\"", "\"1\"")));
    EXPECT_FALSE(accepts(rule, answers("", "W/\"1\"", "\"2\"")));
}

TEST_F(Judging, WhatIsSentAfterARememberedValueWaitsForIt) {
    const Case one =
        parse("> GET /a HTTP/1.1\n>\n< 200\n<= ETag as tag\n> If-Match: W/{tag}\n>\n< 200\n");
    ASSERT_EQ(one.steps.size(), 3u);
    EXPECT_EQ(one.steps[1].kind, Step::Kind::await);
    EXPECT_EQ(one.steps[1].responses, 1u);
    EXPECT_EQ(expand(one.steps[2].bytes, {{"tag", "\"1\""}}), "If-Match: W/\"1\"\r\n\r\n");
}

TEST_F(Judging, MistakesInCasesAreFound) {
    EXPECT_TRUE(parses("> {odd}\n< 200\n")); // nothing is remembered: it is just text
    EXPECT_FALSE(parses("< 200\n<= ETag as tag\n> {tga}\n< 200\n"));
    EXPECT_FALSE(parses("< 200\n<= ETag\n"));
    EXPECT_FALSE(parses("< 200\nbody range f 0-1 2-3\n"));
    EXPECT_FALSE(parses("< 200\nbody ranges f 0-1\n"));
    EXPECT_FALSE(parses("< 200\nbody range f 4-2\n"));
    EXPECT_FALSE(parses("< 200\nbody range f\n"));
    EXPECT_FALSE(parses("< 200\nbody coded f\n"));
}

} // namespace
} // namespace ktcp::test
