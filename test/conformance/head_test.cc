// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// RFC 9110 section 9.3.2: a response to HEAD has the fields of that to GET, and no
// content. For everything in the tree, in every profile, to the byte.
#include <gtest/gtest.h>

#include "conformance/server_settings.hh"
#include "support/conformance_case.hh"
#include "support/escape.hh"

namespace ktcp::test {

namespace {

const std::string directory = KTCP_CONFORMANCE_DIR;

std::string encoded(const std::string& path) {
    static const char digits[] = "0123456789ABCDEF";
    std::string uri = "/";
    for (unsigned char c : path)
        if (c == '/' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
            uri += static_cast<char>(c);
        else
            uri += {'%', digits[c >> 4], digits[c & 15]};
    return uri;
}

void add_targets(const DocumentTree& tree, const std::string& path,
                 std::vector<std::string>& targets) {
    const bool large = path.starts_with("many/") && path > "many/entry-1";
    if (large)
        return;
    targets.push_back(encoded(path));
    for (const std::string& name : tree.entries(path))
        if (const Node* node = tree.find(path)) {
            if (node->kind == Node::Kind::directory)
                add_targets(tree, path.empty() ? name : path + "/" + name, targets);
        }
    if (const Node* node = tree.find(path); node && node->kind == Node::Kind::directory)
        targets.push_back(encoded(path.empty() ? path : path + "/"));
}

class Heads : public testing::Test {
protected:
    std::string answer(const ServerSettings& server, bool keeps, const std::string& request) {
        ScriptedHost host(ktcp_http_protocol, &server.config, server.roots,
                          {.symlinks = server.symlinks, .keeps = keeps});
        host.receive(request);
        return host.sent();
    }

    // Without the content, and whether there was any.
    static std::string head_of(const std::string& response, bool& content) {
        const size_t end = response.find("\r\n\r\n");
        if (end == response.npos)
            return "no whole head: " + response;
        content = end + 4 < response.size();
        return response.substr(0, end + 4);
    }

    const DocumentTree tree_ = DocumentTree::load(directory + "/tree");
};

// By a host that looks everything up, and by one that keeps what it found.
TEST_F(Heads, AreThoseOfGetWithoutTheContent) {
    std::vector<std::string> targets = {
        "/nowhere",        "/%2e%2e/x", "/?C=S&O=D", "/%", "*", "http://other/hello.txt",
        "/hello.txt?query"};
    add_targets(tree_, "", targets);
    ASSERT_GT(targets.size(), 80u);
    const std::vector<std::string> fields = {
        "",
        "Connection: close\r\n",
        "Accept: application/json\r\n",
        "Accept-Encoding: gzip, br\r\n",
        "Accept-Encoding: identity;q=0\r\n",
        "If-None-Match: *\r\n",
        "If-Match: \"other\"\r\n",
        "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n",
        "If-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n",
        "Expect: something\r\n",
        "Host: twice\r\n",
        "Content-Length: 1\r\n",
    };
    size_t with_content = 0;
    const auto compare = [&](const ServerSettings& server, bool keeps, const std::string& rest) {
        bool got = false, none = false;
        const std::string get = head_of(answer(server, keeps, "GET" + rest + "x"), got);
        const std::string head = head_of(answer(server, keeps, "HEAD" + rest + "x"), none);
        with_content += got;
        EXPECT_EQ(escape(head, 4000), escape(get, 4000)) << escape(rest);
        EXPECT_FALSE(none) << escape(rest);
    };
    for (const auto& [name, profile] : load_profiles(directory + "/profiles")) {
        SCOPED_TRACE(name);
        const ServerSettings server(profile, tree_);
        for (const std::string& target : targets)
            for (const char* version : {"1.1", "1.0"})
                for (const std::string& field : fields)
                    for (bool keeps : {false, true})
                        compare(server, keeps,
                                " " + target + " HTTP/" + version + "\r\nHost: test\r\n" + field +
                                    "\r\n");
    }
    EXPECT_GT(with_content, 2000u);
}

} // namespace

} // namespace ktcp::test
