// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A request as Debian's libhttp-parser (http_parser 2.9.4, built with
// HTTP_PARSER_STRICT=0) reads it.
#pragma once

#include "reference/request_head.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace ktcp::peer {

struct Message {
    bool head_complete = false;
    size_t head_size = 0; // bytes up to and with the head's last
    std::string method;
    std::string target;
    int major_version = 0;
    int minor_version = 0;
    std::vector<reference::Field> fields; // values as given, white space at their end included
    bool chunked = false;
    bool has_length = false;
    uint64_t content_length = 0;
    bool persists = false;

    bool complete = false; // the whole message, content included
    size_t size = 0;       // its bytes
    std::string content;

    std::string error; // empty: none
};

// Reads one message from the start of `text`, and stops behind its head if
// `head_only`.
Message read_message(const std::string& text, bool head_only);

// Is it one of the methods that http_parser has in its table?
bool knows_method(const std::string& method);

} // namespace ktcp::peer
