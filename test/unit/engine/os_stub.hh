// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The smallest host: memory that is counted, and can run out.
#pragma once

#include "ktcp/os.h"

namespace ktcp::test {

struct OsStub {
    int buffers = 0;   // lent and not given back
    int spares = 0;    // likewise
    int resources = 0; // open
    int buffers_left = 1000;
    int spares_left = 1000;
    int counters[KTCP_COUNTER_COUNT] = {};
};

} // namespace ktcp::test
