// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A read-only view of bytes that somebody else owns. std::string_view is not used
// because its checked operations refer to std::__throw_*, which no kernel has.
#pragma once

#include "ktcp/types.h"

namespace ktcp {

struct Bytes {
    const char* data = nullptr;
    size_t size = 0;

    constexpr Bytes() = default;
    constexpr Bytes(const char* start, size_t count) : data(start), size(count) {}
    constexpr Bytes(const char* first, const char* last)
        : data(first), size(static_cast<size_t>(last - first)) {}

    constexpr const char* begin() const { return data; }
    constexpr const char* end() const { return data + size; }
    constexpr bool empty() const { return size == 0; }
    constexpr char operator[](size_t i) const { return data[i]; }

    // `count` is not checked: callers have compared it with size.
    constexpr Bytes first(size_t count) const { return {data, count}; }
    constexpr Bytes from(size_t count) const { return {data + count, size - count}; }

    constexpr bool starts_with(Bytes prefix) const {
        return size >= prefix.size && first(prefix.size) == prefix;
    }

    friend constexpr bool operator==(Bytes a, Bytes b) {
        if (a.size != b.size)
            return false;
        for (size_t i = 0; i < a.size; i++)
            if (a.data[i] != b.data[i])
                return false;
        return true;
    }
};

// Of a string that ends in a NUL.
constexpr Bytes bytes_of(const char* text) {
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    return {text, n};
}

consteval Bytes operator""_b(const char* text, size_t count) { return {text, count}; }

} // namespace ktcp
