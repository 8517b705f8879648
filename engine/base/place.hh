// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Construction in memory that a host has given. <new> would do, but it declares the
// allocating forms too, and the engine must not be able to reach those.
#pragma once

#include "ktcp/types.h"

namespace ktcp {

struct Place {
    void* memory;
};

} // namespace ktcp

inline void* operator new(size_t, ktcp::Place place) noexcept { return place.memory; }
