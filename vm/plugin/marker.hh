// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace ktcp::plugin {

// `nopl disp32(%rax)`: does nothing, in any mode, and no compiler emits these displacements.
// tools/support/marker.hh executes them.
constexpr unsigned char marker_opcode[] = {0x0f, 0x1f, 0x80};
constexpr std::uint32_t marker_begin = 0x4b740b01;
constexpr std::uint32_t marker_end = 0x4b740e02;

} // namespace ktcp::plugin
