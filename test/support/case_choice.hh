// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Which conformance cases a program plays to which server: its command line, and playing
// several at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/arguments.hh"
#include "support/conformance_case.hh"
#include "support/document_tree.hh"

namespace ktcp::test {

struct CaseChoice {
    std::string server; // HOST:PORT
    std::string pattern = "*";
    std::string profile = "tree";
    std::string directory; // where *.case and tree are
    bool unprivileged = false;
    unsigned jobs = 16;

    void add_to(Arguments& arguments);
    // Those that can be played over TCP; throws if there is none.
    std::vector<Case> load() const;
    DocumentTree load_tree() const { return DocumentTree::load(directory + "/tree"); }

    // Calls play(i) for each i below count, `jobs` at a time; it must not throw.
    void play(size_t count, const std::function<void(size_t)>& play) const;
};

} // namespace ktcp::test
