// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "target.hh"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "url.hh"
#include "url_list.hh"

namespace htstress {
namespace {

void use_unix_path(const std::string& path, Target& target) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size()); // length checked with the options
    std::memcpy(&target.address, &address, sizeof address);
    target.address_length = sizeof address;
    target.name = path;
}

std::string resolve(const Url& url, int family, Target& target) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (url.bracketed ? AI_NUMERICHOST : 0);
    addrinfo* found = nullptr;
    const std::string port = std::to_string(url.port);
    if (const int error = getaddrinfo(url.host.c_str(), port.c_str(), &hints, &found))
        return fmt::format("cannot resolve '{}'{}: {}", url.host,
                           family == AF_INET    ? " to an IPv4 address"
                           : family == AF_INET6 ? " to an IPv6 address"
                                                : "",
                           gai_strerror(error));
    std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
    target.address_length = found->ai_addrlen;
    char numeric[NI_MAXHOST] = "?";
    getnameinfo(found->ai_addr, found->ai_addrlen, numeric, sizeof numeric, nullptr, 0,
                NI_NUMERICHOST);
    target.name = found->ai_family == AF_INET6 ? fmt::format("[{}]:{}", numeric, url.port)
                                               : fmt::format("{}:{}", numeric, url.port);
    if (found->ai_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, found->ai_addr, sizeof address);
        target.loopback4 = ntohl(address.sin_addr.s_addr) >> 24 == 127;
    }
    freeaddrinfo(found);
    return {};
}

// What every request says after its request line. No more fields than needed: what a request costs
// to make and to parse is the same for all servers. HTTP/1.0 without `Connection` closes after the
// response (RFC 9112 section 9.3).
std::string rest_of_request(const Options& options, const std::string& authority) {
    std::string rest = fmt::format(" HTTP/1.{}\r\nHost: {}\r\n", options.keep_alive ? 1 : 0,
                                   options.host_field.empty() ? authority : options.host_field);
    for (const std::string& field : options.fields)
        rest += field + "\r\n";
    if (options.has_body)
        rest += fmt::format("Content-Length: {}\r\n", options.body.size());
    return rest + "\r\n" + options.body;
}

std::string read_list(const Options& options, std::vector<ListedUrl>& listed) {
    std::ifstream file(options.urls_path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad())
        return fmt::format("--urls: cannot read {}", options.urls_path);
    if (const std::string fault = parse_url_list(text, listed); !fault.empty())
        return fmt::format("{}: {}", options.urls_path, fault);
    return {};
}

// All of them are asked of one server: another one's name in the file is a mistake.
std::string check_hosts(const Options& options, const std::vector<ListedUrl>& listed,
                        const Url& url) {
    for (const ListedUrl& one : listed) {
        Url other;
        if (one.authority.empty())
            continue;
        if (const std::string fault = parse_url(one.authority, other);
            !fault.empty() || other.host != url.host || other.port != url.port)
            return fmt::format("{}: line {}: '{}' is not '{}': all URLs must be of one host (and a "
                               "path begins with /)",
                               options.urls_path, one.line, one.authority, url.authority);
    }
    return {};
}

std::vector<std::string> paths_of(const Options& options, const Url& url) {
    std::vector<std::string> paths;
    const std::size_t number = options.spread > 0 ? url.path.find("{}") : std::string::npos;
    for (unsigned i = 0; i < std::max(1U, options.spread); ++i) {
        paths.push_back(url.path);
        if (number != std::string::npos)
            paths.back().replace(number, 2, std::to_string(i));
    }
    return paths;
}

} // namespace

std::string make_target(const Options& options, Target& target) {
    std::vector<ListedUrl> listed;
    if (!options.urls_path.empty())
        if (std::string fault = read_list(options, listed); !fault.empty())
            return fault;
    std::string base = options.url;
    for (std::size_t i = 0; base.empty() && i < listed.size(); ++i)
        base = listed[i].authority;
    if (base.empty())
        return fmt::format("{}: paths only: which host? Give its URL too", options.urls_path);
    Url url;
    if (std::string fault = parse_url(base, url); !fault.empty())
        return fmt::format("{}: {}", base, fault);
    if (std::string fault = check_hosts(options, listed, url); !fault.empty())
        return fault;
    if (!options.unix_path.empty()) {
        use_unix_path(options.unix_path, target);
    } else if (std::string fault = resolve(url, options.family, target); !fault.empty()) {
        return fault;
    }

    std::vector<std::string> paths;
    if (listed.empty()) {
        paths = paths_of(options, url);
    } else {
        for (const ListedUrl& one : listed)
            paths.push_back(one.path);
        target.order = rotation(listed);
    }
    const std::string rest = rest_of_request(options, url.authority);
    for (const std::string& path : paths)
        target.requests.push_back(fmt::format("{} {}{}", options.method, path, rest));
    target.status = options.ranges.empty() ? 0 : 206;
    target.bodiless = options.method == "HEAD";
    const std::string_view idempotent[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    target.repeatable = std::find(std::begin(idempotent), std::end(idempotent), options.method) !=
                        std::end(idempotent);
    return {};
}

} // namespace htstress
