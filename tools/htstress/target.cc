// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "target.hh"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

#include <fmt/format.h>

#include "url.hh"

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
        sockaddr_in address;
        std::memcpy(&address, found->ai_addr, sizeof address);
        target.loopback4 = ntohl(address.sin_addr.s_addr) >> 24 == 127;
    }
    freeaddrinfo(found);
    return {};
}

} // namespace

std::string make_target(const Options& options, Target& target) {
    Url url;
    if (std::string fault = parse_url(options.url, url); !fault.empty())
        return fmt::format("{}: {}", options.url, fault);
    if (!options.unix_path.empty()) {
        use_unix_path(options.unix_path, target);
    } else if (std::string fault = resolve(url, options.family, target); !fault.empty()) {
        return fault;
    }
    // No more fields than needed: what a request costs to make and to parse is the same for all
    // servers. HTTP/1.0 without `Connection` closes after the response (RFC 9112 section 9.3).
    target.request =
        fmt::format("GET {} HTTP/1.{}\r\nHost: {}\r\n\r\n", url.path, options.keep_alive ? 1 : 0,
                    options.host_field.empty() ? url.authority : options.host_field);
    return {};
}

} // namespace htstress
