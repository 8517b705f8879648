// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string_view>

namespace htstress {

// CRC-32 as in zip, gzip and Ethernet, of what a body is made of as it comes.
class BodySum {
public:
    void add(std::string_view data);
    void clear() { sum_ = 0; }
    [[nodiscard]] std::uint32_t value() const { return sum_; }

private:
    std::uint32_t sum_ = 0;
};

// crc32:HEX, one to eight digits.
[[nodiscard]] bool parse_checksum(std::string_view text, std::uint32_t& sum);

} // namespace htstress
