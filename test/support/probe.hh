// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One more request on a connection that was to be kept: the only proof that it was.
#pragma once

#include <string>
#include <string_view>

#include "support/document_tree.hh"
#include "support/http_response.hh"

namespace ktcp::test {

// In the profile "named" there is nothing for other hosts.
inline std::string probe_request(const std::string& profile) {
    return "GET /hello.txt HTTP/1.1\r\nHost: " + std::string(profile == "named" ? "site." : "") +
           "test\r\nConnection: close\r\n\r\n";
}

// What is wrong with all that came after the probe; empty if nothing is.
inline std::string probe_fault(std::string_view bytes, const std::string& profile,
                               const DocumentTree& tree) {
    ResponseReader reader;
    reader.start(false);
    size_t taken = reader.feed(bytes);
    if (!reader.fault().empty())
        return reader.fault();
    if (!reader.done())
        return "no whole response";
    if (taken != bytes.size())
        return "bytes after the response";
    if (reader.response().status != 200)
        return "status " + std::to_string(reader.response().status);
    std::string wanted = profile == "hello" ? "Hello World!" : tree.find("hello.txt")->bytes;
    return reader.response().body == wanted ? "" : "another body";
}

} // namespace ktcp::test
