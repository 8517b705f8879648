// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Between the engine's Bytes and the standard library's strings.
#pragma once

#include "base/writer.hh"

#include <string>
#include <string_view>

namespace ktcp::test {

inline Bytes bytes(std::string_view text) { return {text.data(), text.size()}; }
inline std::string text(Bytes bytes) { return {bytes.data, bytes.size}; }

// What f writes into a writer with `room` bytes.
template <class F> std::string written(F f, size_t room = 8192) {
    std::string memory(room, '\0');
    Writer out(memory.data(), memory.data() + room);
    f(out);
    return memory.substr(0, out.size());
}

} // namespace ktcp::test
