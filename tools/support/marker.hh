// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

namespace ktcp::tools {

// Instructions without effect that a TCG plugin recognises by their displacement, where they are
// executed: the measured window lies between the two. The numbers are shared with
// vm/plugin/marker.hh ("ktcp" is not a displacement anything else would use).
inline void mark_window_begin() { asm volatile("nopl 0x4b740b01(%%rax)" ::: "memory"); }
inline void mark_window_end() { asm volatile("nopl 0x4b740e02(%%rax)" ::: "memory"); }

} // namespace ktcp::tools
