// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "endpoint.hh"

#include <netdb.h>

#include <cstring>

#include <fmt/format.h>

namespace bench {

std::string resolve(const Options& options, Endpoint& endpoint) {
    addrinfo hints{};
    hints.ai_family = options.family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(options.port);
    if (const int error = getaddrinfo(options.host.c_str(), port.c_str(), &hints, &found))
        return fmt::format("cannot resolve '{}'{}: {}", options.host,
                           options.family == AF_INET    ? " to an IPv4 address"
                           : options.family == AF_INET6 ? " to an IPv6 address"
                                                        : "",
                           gai_strerror(error));
    std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.length = found->ai_addrlen;
    char numeric[NI_MAXHOST] = "?";
    getnameinfo(found->ai_addr, found->ai_addrlen, numeric, sizeof numeric, nullptr, 0,
                NI_NUMERICHOST);
    endpoint.name = found->ai_family == AF_INET6 ? fmt::format("[{}]:{}", numeric, port)
                                                 : fmt::format("{}:{}", numeric, port);
    freeaddrinfo(found);
    return {};
}

} // namespace bench
