// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/escape.hh"

#include <charconv>
#include <stdexcept>

namespace ktcp::test {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

char hex_byte(std::string_view text, size_t at) {
    unsigned value = 0;
    if (at + 2 > text.size())
        throw std::runtime_error("two hex digits are missing at the end of: " + std::string(text));
    const char* begin = text.data() + at;
    auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc() || end != begin + 2)
        throw std::runtime_error("not two hex digits in: " + std::string(text));
    return static_cast<char>(value);
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

} // namespace

std::string unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size())
            throw std::runtime_error("a lone backslash at the end of: " + std::string(text));
        switch (text[i]) {
        case 'r':
            out += '\r';
            break;
        case 'n':
            out += '\n';
            break;
        case 't':
            out += '\t';
            break;
        case 's':
            out += ' ';
            break;
        case '0':
            out += '\0';
            break;
        case '\\':
            out += '\\';
            break;
        case 'x':
            out += hex_byte(text, i + 1);
            i += 2;
            break;
        default:
            throw std::runtime_error(std::string("unknown escape \\") + text[i] +
                                     " (known: \\r \\n \\t \\s \\0 \\\\ \\xHH)");
        }
    }
    return out;
}

std::string escape(std::string_view bytes, size_t limit) {
    std::string out;
    for (char c : bytes.substr(0, limit)) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else if (c == '\\')
            out += "\\\\";
        else if (byte >= 0x20 && byte < 0x7f)
            out += c;
        else
            out += {'\\', 'x', hex_digits[byte >> 4], hex_digits[byte & 15]};
    }
    if (bytes.size() > limit)
        out += "... (" + std::to_string(bytes.size()) + " bytes)";
    return out;
}

std::string percent_encode(std::string_view path) {
    std::string out;
    for (char c : path) {
        auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(c) || c == '/')
            out += c;
        else
            out += {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
    }
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        out += hex_byte(text, i + 1);
        i += 2;
    }
    return out;
}

std::string html_unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '&') {
            out += text[i];
            continue;
        }
        size_t end = text.find(';', i);
        if (end == text.npos)
            throw std::runtime_error("an unescaped '&' in: " + std::string(text));
        std::string_view name = text.substr(i + 1, end - i - 1);
        unsigned code = 0;
        if (name == "amp")
            out += '&';
        else if (name == "lt")
            out += '<';
        else if (name == "gt")
            out += '>';
        else if (name == "quot")
            out += '"';
        else if (name == "apos")
            out += '\'';
        else if (name.starts_with("#x") &&
                 std::from_chars(name.data() + 2, name.data() + name.size(), code, 16).ptr ==
                     name.data() + name.size() &&
                 code > 0 && code < 0x80)
            out += static_cast<char>(code);
        else if (name.starts_with("#") &&
                 std::from_chars(name.data() + 1, name.data() + name.size(), code).ptr ==
                     name.data() + name.size() &&
                 code > 0 && code < 0x80)
            out += static_cast<char>(code);
        else
            throw std::runtime_error("unknown reference &" + std::string(name) + ";");
        i = end;
    }
    return out;
}

} // namespace ktcp::test
