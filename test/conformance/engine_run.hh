// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Plays a conformance case to the engine itself, through the seam.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "conformance/server_settings.hh"
#include "support/conformance_case.hh"

namespace ktcp::test {

// How the client's bytes come in.
struct Delivery {
    static constexpr size_t nowhere = std::numeric_limits<size_t>::max();

    size_t cut = nowhere;       // one pause, at this byte of all that the client sends
    size_t piece = nowhere;     // a pause after so many bytes, again and again
    size_t vanish_at = nowhere; // the client resets the connection at this byte
};

// What the client saw. Equal whatever the delivery, since virtual time makes even
// the Date the same.
struct Transcript {
    std::string bytes;
    ScriptedHost::End end = ScriptedHost::End::open;
    std::vector<std::string> complaints;
    size_t input_size = 0;    // all that the client has sent
    Values values;            // what the case remembers
    bool failed_once = false; // World::failing_call has been reached

    bool same_as(const Transcript& other) const { return bytes == other.bytes && end == other.end; }
};

// With `judged` the answers are compared with the case, too, and not only collected.
// What the case would then remember must otherwise be known: from a judged run.
Transcript play(const Case& one, const ServerSettings& server, const DocumentTree& tree,
                const Delivery& delivery, const World& world, bool judged, Values known = {});

} // namespace ktcp::test
