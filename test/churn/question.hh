// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A request of the churn's clients: what it asks for, and how.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "churn/history.hh"
#include "churn/ledger.hh"

namespace ktcp::test {

struct Question {
    enum class Listing { none, html, json };
    struct Range {
        uint64_t first = 0;
        std::optional<uint64_t> last; // none: to the end
        bool suffix = false;          // the last `first` bytes
    };

    History::Path path = 0;
    std::string target;
    Listing listing = Listing::none; // for a directory
    bool head = false;
    bool last_on_connection = false;
    std::vector<std::string> codings; // that are taken beside identity
    std::optional<Representation> if_none_match;
    std::optional<int64_t> if_modified_since;
    std::optional<Range> range;
    std::optional<Representation> if_range;

    Nanoseconds sent = 0; // before the first byte was

    std::string text() const; // as it goes on the wire
};

// Chooses questions; one for each thread of clients.
class Curiosity {
public:
    Curiosity(const History& history, const Ledger& ledger, unsigned number)
        : history_(history), ledger_(ledger), random_(number * 104729 + 3) {}

    Question next();
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }

private:
    const History& history_;
    const Ledger& ledger_;
    std::mt19937_64 random_;
    History::Path recent_ = 0;
};

} // namespace ktcp::test
