// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Compares what a server sent on one connection with what a case expects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/conformance_case.hh"
#include "support/document_tree.hh"
#include "support/http_response.hh"

namespace ktcp::test {

// What a case says about a response, and is not so.
struct RuleFault {
    std::string what; // the field's name, "body" or "listing"
    std::string text;
};

// Only what the case itself says: fair to any server (test/peers), whatever it puts into
// the fields and bodies that the case is silent about.
std::vector<RuleFault> rule_faults(const ExpectedResponse& expected, const Response& got,
                                   const DocumentTree& tree);

class Judge {
public:
    // `now`: what a Date must say, give or take some seconds.
    Judge(const Case& what, const DocumentTree& tree, int64_t now);

    void feed(std::string_view bytes);
    void end_of_input();

    // How many responses have come, not counting optional ones.
    size_t received() const { return received_; }
    bool all_received() const { return at_ == case_.expected.size() || only_optional_left(); }
    // Nothing more is worth reading.
    bool lost() const { return !complaints_.empty(); }
    const std::vector<std::string>& complaints() const { return complaints_; }
    // What the case remembers of the responses so far.
    const Values& values() const { return values_; }

private:
    bool only_optional_left() const;
    void finished();
    void check(const ExpectedResponse& expected, const Response& got, bool last);
    void check_always(const ExpectedResponse& expected, const Response& got, bool last);
    void complain(std::string what);

    const Case& case_;
    const DocumentTree& tree_;
    int64_t now_;
    ResponseReader reader_;
    size_t at_ = 0;
    size_t received_ = 0;
    Values values_;
    std::vector<std::string> complaints_;
};

} // namespace ktcp::test
