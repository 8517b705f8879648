// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "message.hh"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace bench {
namespace {

constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

// One step of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
// 2014).
std::uint64_t scramble(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

} // namespace

void write_unique(std::span<char> to, std::uint64_t who, std::uint64_t when) {
    const std::uint64_t seed = scramble(scramble(who) ^ when);
    for (std::size_t at = 0; at < to.size();) {
        // Ten characters of six bits from each word.
        std::uint64_t word = scramble(seed + at);
        for (unsigned i = 0; i < 10 && at < to.size(); ++i, word >>= 6)
            to[at++] = digits[word & 63];
    }
}

std::vector<char> common_message(std::size_t size) {
    std::vector<char> message(size);
    write_unique(message, 0, 0);
    return message;
}

bool EchoCheck::take(std::span<const char> bytes, std::size_t sent) {
    if (received_ + bytes.size() > sent) {
        fault_ = fmt::format("more came back than was sent: {} bytes for {}",
                             received_ + bytes.size(), sent);
        return false;
    }
    const char* expected = message_.data() + received_;
    if (std::memcmp(bytes.data(), expected, bytes.size()) != 0) {
        const auto at = static_cast<std::size_t>(
            std::mismatch(bytes.begin(), bytes.end(), expected).first - bytes.begin());
        fault_ = fmt::format("wrong echo: byte {} of {} is 0x{:02x} and should be 0x{:02x}",
                             received_ + at, message_.size(), static_cast<unsigned char>(bytes[at]),
                             static_cast<unsigned char>(expected[at]));
        return false;
    }
    received_ += bytes.size();
    return true;
}

} // namespace bench
