// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "reference/target.hh"

#include "reference/characters.hh"
#include "reference/policy.hh"
#include "reference/uri.hh"

#include <vector>

namespace ktcp::reference {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string path;
    for (const std::string& name : names)
        path += (path.empty() ? "" : "/") + name;
    return path;
}

// absolute-path = 1*( "/" segment ), with dot segments removed (RFC 3986 section
// 5.2.4) after decoding (sections 2.1 and 2.4). Sets what `target` says of the path.
int read_absolute_path(const std::string& text, Target& target) {
    std::vector<std::string> names;
    size_t size = 0; // of all names, with a "/" behind each
    for (size_t at = 0; at < text.size();) {
        at++; // the "/"
        std::string segment;
        for (; at < text.size() && text[at] != '/'; at++) {
            char c = text[at];
            if (c == '%') {
                if (!is_pct_encoded(text, at))
                    return 400;
                c = static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
                at += 2;
                if (c == '\0')
                    return 400;
                target.missing |= c == '/';
            }
            segment += c;
            if (size + segment.size() > policy::path_size)
                return 414;
        }
        target.directory = segment.empty() || segment == "." || segment == "..";
        if (segment == "..") {
            if (names.empty())
                return 400;
            size -= names.back().size() + 1;
            names.pop_back();
        } else if (!target.directory) {
            size += segment.size() + 1;
            names.push_back(segment);
        }
    }
    target.path = joined(names);
    return 0;
}

// Cuts absolute-path [ "?" query ] in two.
int read_path_and_query(const std::string& text, Target& target) {
    const size_t question = text.find('?');
    if (question != text.npos)
        target.query = text.substr(question);
    return read_absolute_path(text.substr(0, question), target);
}

// absolute-form = absolute-URI; http-URI = "http" "://" authority path-abempty [ "?" query ]
int read_absolute_form(const std::string& text, Target& target) {
    const std::string scheme = "http://";
    const std::string secured = "https://";
    if (text.size() > secured.size() && same_word(text.substr(0, secured.size()), secured))
        return policy::secured_status;
    if (!same_word(text.substr(0, scheme.size()), scheme))
        return 400;
    const size_t end = text.find_first_of("/?", scheme.size());
    target.authority = text.substr(scheme.size(), end == text.npos ? end : end - scheme.size());
    if (!is_http_authority(target.authority))
        return 400;
    target.directory = true; // an empty path is that of the root
    return read_path_and_query(end == text.npos ? "" : text.substr(end), target);
}

} // namespace

// request-target = origin-form / absolute-form / authority-form / asterisk-form. Of
// these authority-form is for CONNECT, which no static file server has.
Target read_target(const std::string& text) {
    Target target;
    if (text == "*")
        target.asterisk = true;
    else if (text[0] == '/')
        target.status = read_path_and_query(text, target);
    else
        target.status = read_absolute_form(text, target);
    return target;
}

} // namespace ktcp::reference
