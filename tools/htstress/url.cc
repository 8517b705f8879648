// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "url.hh"

#include <charconv>

namespace htstress {
namespace {

// What may not stand raw in a request line or a Host field: it would end it early.
bool has_space_or_control(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f)
            return true;
    return false;
}

bool parse_port(std::string_view digits, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

} // namespace

std::string parse_url(std::string_view text, Url& url) {
    constexpr std::string_view scheme = "http://";
    if (text.starts_with(scheme)) {
        text.remove_prefix(scheme.size());
    } else if (const std::size_t at = text.find("://");
               at != std::string_view::npos && at < text.find('/')) {
        return "only http:// URLs can be fetched";
    }
    if (has_space_or_control(text))
        return "space or control character in the URL (write a space as %20)";

    text = text.substr(0, text.find('#')); // a fragment is never sent
    const std::size_t path_at = text.find_first_of("/?");
    std::string_view authority = text.substr(0, path_at);
    url.path = path_at == std::string_view::npos ? "/" : std::string(text.substr(path_at));
    if (url.path.front() == '?')
        url.path.insert(0, 1, '/');
    if (authority.find('@') != std::string_view::npos)
        return "a user name in the URL is not supported";
    url.authority = authority;

    std::string_view port;
    bool has_port = false;
    url.bracketed = authority.starts_with('[');
    if (url.bracketed) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos)
            return "an IPv6 address without its closing bracket";
        url.host = authority.substr(1, close - 1);
        const std::string_view rest = authority.substr(close + 1);
        has_port = !rest.empty();
        if (has_port && rest.front() != ':')
            return "unexpected text after the IPv6 address";
        if (has_port)
            port = rest.substr(1);
    } else {
        const std::size_t colon = authority.find(':');
        has_port = colon != std::string_view::npos;
        if (has_port && authority.find(':', colon + 1) != std::string_view::npos)
            return "an IPv6 address must stand in brackets, as in http://[::1]:8081/";
        url.host = authority.substr(0, colon);
        if (has_port)
            port = authority.substr(colon + 1);
    }
    if (url.host.empty())
        return "no host name in the URL";
    url.port = 80;
    if (has_port && !parse_port(port, url.port))
        return "the port must be a number from 1 to 65535";
    return {};
}

} // namespace htstress
