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

private:
    bool only_optional_left() const;
    void finished();
    void check(const ExpectedResponse& expected, const Response& got, bool last);
    void check_always(const ExpectedResponse& expected, const Response& got, bool last);
    void check_body(const BodyRule& rule, const Response& got);
    void complain(std::string what);

    const Case& case_;
    const DocumentTree& tree_;
    int64_t now_;
    ResponseReader reader_;
    size_t at_ = 0;
    size_t received_ = 0;
    std::vector<std::string> complaints_;
};

} // namespace ktcp::test
