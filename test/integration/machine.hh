// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the machine that a test runs on tells about itself.
#pragma once

#include <cstdint>

namespace ktcp::test {

// Threads of the kernel (children of kthreadd), as /proc shows them.
unsigned count_kernel_threads();
// /proc/meminfo's MemAvailable, in bytes.
uint64_t available_memory();
// As many descriptors as the hard limit allows; returns how many that is.
uint64_t raise_descriptor_limit();

} // namespace ktcp::test
