// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "body_sum.hh"

#include <charconv>

#include <zlib.h>

namespace htstress {

void BodySum::add(std::string_view data) {
    sum_ = static_cast<std::uint32_t>(
        crc32_z(sum_, reinterpret_cast<const unsigned char*>(data.data()), data.size()));
}

bool parse_checksum(std::string_view text, std::uint32_t& sum) {
    constexpr std::string_view kind = "crc32:";
    if (!text.starts_with(kind))
        return false;
    text.remove_prefix(kind.size());
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() > 8 || error != std::errc{} || end != text.data() + text.size())
        return false;
    sum = value;
    return true;
}

} // namespace htstress
