// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include "endpoint.hh"
#include "options.hh"
#include "results.hh"

namespace bench {

// The benchmark as it always was: in each round every thread connects, all meet, each measures one
// round trip. The first fault ends the run.
[[nodiscard]] Results run_rounds(const Options& options, const Endpoint& endpoint);

} // namespace bench
