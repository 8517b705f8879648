// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A case that was played twice: to a host that looks everything up, and to one that keeps
// what it found. The answers must be the same, with one exception: a listing that is kept
// has a length, where one that is made as it is sent is chunked, or ends with the
// connection.
#pragma once

#include <string>

#include "conformance/engine_run.hh"

namespace ktcp::test {

// "" or what differs. `sorts`: the server has memory to sort listings in, without which it
// keeps none.
std::string kept_difference(const Case& one, const Transcript& looked_up, const Transcript& kept,
                            bool sorts);

} // namespace ktcp::test
