// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The value of a limit, as an input decides.
#pragma once

#include "input.hh"

namespace ktcp::fuzz {

// Mostly its default; else something near one of its ends, or in between.
inline uint32_t draw(Input& input, uint32_t preset, uint32_t least, uint32_t most) {
    const uint8_t choice = input.decide();
    if (choice < 128)
        return preset;
    const uint32_t span = most - least;
    const uint32_t low = choice % 64u < span ? choice % 64u : span;
    return choice < 192   ? least + low
           : choice < 224 ? most - low
                          : least + span / 32 * (choice % 32);
}

} // namespace ktcp::fuzz
