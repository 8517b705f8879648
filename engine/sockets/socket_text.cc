// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "sockets/socket_text.hh"

#include "base/ascii.hh"

namespace ktcp::sockets {
namespace {

constexpr size_t none = static_cast<size_t>(-1);

constexpr size_t find(Bytes text, char c) {
    for (size_t i = 0; i < text.size; i++)
        if (text[i] == c)
            return i;
    return none;
}

constexpr size_t find_last(Bytes text, char c) {
    for (size_t i = text.size; i-- > 0;)
        if (text[i] == c)
            return i;
    return none;
}

// Decimal digits only: no sign, no name.
const char* read_port(Bytes text, uint16_t& port) {
    uint32_t value = 0;
    if (text.empty())
        return "the port is missing";
    if (text == "*"_b)
        return "the port * is a listener's, and listeners are left alone";
    for (size_t i = 0; i < text.size; i++) {
        if (!ascii::is_digit(text[i]))
            return "the port is not a number (netstat and ss: -n)";
        value = value * 10 + static_cast<uint32_t>(text[i] - '0');
        if (value > 65535)
            return "the port is above 65535";
    }
    port = static_cast<uint16_t>(value);
    return nullptr;
}

const char* check_address(Bytes address) {
    if (address.empty())
        return "the address is missing";
    for (size_t i = 0; i < address.size; i++)
        if (ascii::hex_value(address[i]) < 0 && address[i] != ':' && address[i] != '.')
            return "the address is not a number (netstat and ss: -n)";
    if (address.size > KTCP_ADDRESS_TEXT_MAX)
        return "the address is longer than any";
    return nullptr;
}

// Takes "%SCOPE" off the end of `text`.
const char* take_scope(Bytes& text, Bytes& scope) {
    const size_t percent = find(text, '%');
    if (percent == none)
        return nullptr;
    if (!scope.empty())
        return "there are two interfaces";
    scope = text.from(percent + 1);
    text = text.first(percent);
    if (scope.empty())
        return "the interface after % is missing";
    if (scope.size > KTCP_SCOPE_TEXT_MAX)
        return "the interface's name is longer than any";
    return nullptr;
}

} // namespace

const char* split_socket(Bytes token, ktcp_socket_text& socket) {
    const size_t colon = find_last(token, ':');
    if (colon == none)
        return "there is no port: ADDRESS:PORT is expected";
    Bytes address = token.first(colon);
    Bytes scope;
    const char* fault = read_port(token.from(colon + 1), socket.port);
    const bool brackets = !address.empty() && address[0] == '[';

    if (!fault && brackets) {
        const size_t close = find(address, ']');
        if (close == none)
            return "there is no ] after the [";
        Bytes rest = address.from(close + 1);
        address = Bytes(address.data + 1, address.data + close);
        fault = take_scope(rest, scope);
        if (!fault && !rest.empty())
            return "between ] and the port there may be an interface only";
    }
    if (!fault)
        fault = take_scope(address, scope);
    if (!fault)
        fault = check_address(address);
    if (fault)
        return fault;
    socket.address = address.data;
    socket.address_size = static_cast<uint8_t>(address.size);
    socket.scope = scope.data;
    socket.scope_size = static_cast<uint8_t>(scope.size);
    socket.ipv6 = find(address, ':') != none;
    return brackets && !socket.ipv6 ? "only IPv6 addresses stand in brackets" : nullptr;
}

} // namespace ktcp::sockets
