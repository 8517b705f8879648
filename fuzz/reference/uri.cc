// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "reference/uri.hh"

#include "reference/characters.hh"

#include <vector>

namespace ktcp::reference {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == text.npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

// dec-octet = DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35
bool is_dec_octet(std::string_view text) {
    if (text.empty() || text.size() > 3 || !all_of(text, is_digit))
        return false;
    if (text.size() > 1 && text[0] == '0')
        return false;
    int value = 0;
    for (char c : text)
        value = value * 10 + (c - '0');
    return value <= 255;
}

// IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet
bool is_ipv4address(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4)
        return false;
    for (std::string_view part : parts)
        if (!is_dec_octet(part))
            return false;
    return true;
}

// h16 = 1*4HEXDIG
bool is_h16(std::string_view text) {
    return !text.empty() && text.size() <= 4 && all_of(text, is_hexdig);
}

// The number of 16-bit pieces in h16 *( ":" h16 ), whose last two may be written as
// an IPv4address where `ends_address` says so; -1 if it is none of this. "" is 0.
int pieces_of(std::string_view text, bool ends_address) {
    if (text.empty())
        return 0;
    const auto parts = split(text, ':');
    int pieces = 0;
    for (size_t i = 0; i < parts.size(); i++) {
        if (is_h16(parts[i]))
            pieces += 1;
        else if (ends_address && i + 1 == parts.size() && is_ipv4address(parts[i]))
            pieces += 2;
        else
            return -1;
    }
    return pieces;
}

// IPv6address, whose nine alternatives say: eight pieces, or fewer and one "::".
bool is_ipv6address(std::string_view text) {
    const size_t gap = text.find("::");
    if (gap == text.npos)
        return pieces_of(text, true) == 8;
    const int before = pieces_of(text.substr(0, gap), false);
    const int after = pieces_of(text.substr(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

// IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_ipvfuture(std::string_view text) {
    if (text.empty() || lower(text[0]) != 'v')
        return false;
    const size_t dot = text.find('.');
    if (dot == text.npos || dot == 1 || !all_of(text.substr(1, dot - 1), is_hexdig))
        return false;
    const std::string_view rest = text.substr(dot + 1);
    return !rest.empty() &&
           all_of(rest, [](char c) { return is_unreserved(c) || is_sub_delim(c) || c == ':'; });
}

// IP-literal = "[" ( IPv6address / IPvFuture ) "]"
bool is_ip_literal(std::string_view text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return false;
    text = text.substr(1, text.size() - 2);
    return is_ipv6address(text) || is_ipvfuture(text);
}

// reg-name = *( unreserved / pct-encoded / sub-delims ). IPv4address is one, too.
bool is_reg_name(std::string_view text) {
    for (size_t i = 0; i < text.size(); i++)
        if (is_pct_encoded(text, i))
            i += 2;
        else if (!is_unreserved(text[i]) && !is_sub_delim(text[i]))
            return false;
    return true;
}

// uri-host [ ":" port ], port = *DIGIT: cut at the colon that is not in brackets.
bool is_host_and_port(std::string_view text, bool host_may_be_empty) {
    const size_t bracket = text.rfind(']');
    const size_t colon = text.find(':', bracket == text.npos ? 0 : bracket);
    const std::string_view host = text.substr(0, colon);
    if (colon != text.npos && !all_of(text.substr(colon + 1), is_digit))
        return false;
    if (host.empty())
        return host_may_be_empty;
    return is_ip_literal(host) || is_reg_name(host);
}

} // namespace

bool is_pct_encoded(std::string_view text, size_t at) {
    return at + 2 < text.size() && text[at] == '%' && is_hexdig(text[at + 1]) &&
           is_hexdig(text[at + 2]);
}

bool is_host_field(std::string_view text) { return is_host_and_port(text, true); }

bool is_http_authority(std::string_view text) { return is_host_and_port(text, false); }

} // namespace ktcp::reference
