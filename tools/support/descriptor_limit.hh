// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace ktcp::tools {

// Each connection is a descriptor: takes what the hard limit allows, and returns how many that is.
std::uint64_t raise_descriptor_limit();

} // namespace ktcp::tools
