// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Field lines as the components see them that read a parsed head a second time.
#pragma once

#include "http/head_fields.hh"

#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

// A request head with these field lines ("Name: value").
class HeadOf {
public:
    HeadOf(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            text_ += line + "\r\n";
            const std::string name = line.substr(0, line.find(':'));
            present_ |= http::field_bit(http::field_of({name.data(), name.size()}));
        }
        text_ += "\r\n";
    }

    http::HeadFields fields() const { return {{text_.data(), text_.size()}, present_}; }

private:
    std::string text_ = "GET / HTTP/1.1\r\nHost: test\r\n";
    uint32_t present_ = 0;
};

} // namespace ktcp::test
