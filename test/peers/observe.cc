// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// peer_observe HOST:PORT: plays the conformance cases of one profile to any server, and
// writes down what it did instead of judging it: a line NAME, tab, outcome for each case
// (see observation.hh).
#include <fnmatch.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include "peers/observation.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server;
    std::string pattern = "*";
    std::string profile = "tree";
    std::string directory = KTCP_CONFORMANCE_DIR;
    bool unprivileged = false;
    bool verbose = false;
    unsigned jobs = 16;
    unsigned patience = 6;
};

int run(const Options& options) {
    DocumentTree tree = DocumentTree::load(options.directory + "/tree");
    Endpoint server = Endpoint::parse(options.server);
    std::vector<Case> cases = load_all_cases(options.directory);
    std::erase_if(cases, [&](const Case& one) {
        return one.profile != options.profile || one.engine_only ||
               (one.unprivileged && !options.unprivileged) ||
               fnmatch(options.pattern.c_str(), one.name.c_str(), 0) != 0;
    });
    if (cases.empty())
        throw std::runtime_error("no case matches: see --case, --profile, --cases");

    std::vector<Observation> seen(cases.size());
    std::atomic<size_t> next = 0;
    std::mutex failing;
    std::string fault;
    auto work = [&] {
        for (size_t i; (i = next++) < cases.size();) {
            try {
                seen[i] = observe(cases[i], tree, server, std::chrono::seconds(options.patience));
            } catch (const std::exception& e) {
                std::lock_guard lock(failing);
                fault = cases[i].where() + ": " + e.what();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < options.jobs; i++)
            threads.emplace_back(work);
    }
    if (!fault.empty())
        throw std::runtime_error(fault);
    for (size_t i = 0; i < cases.size(); i++) {
        std::cout << cases[i].name << '\t' << seen[i].outcome() << '\n';
        if (options.verbose)
            for (const std::string& remark : seen[i].remarks)
                std::cout << "# " << remark << '\n';
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Plays the conformance cases of one profile to a server of any make, and prints "
        "what it answered and how it ended the connection.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("case", options.pattern, "only cases whose names match this glob");
    arguments.option("profile", options.profile, "the settings the server runs with");
    arguments.option("cases", options.directory, "where *.case and tree are");
    arguments.flag("unprivileged", options.unprivileged,
                   "the server runs as a user who cannot read every file");
    arguments.flag("verbose", options.verbose, "say what each '!' stands for");
    arguments.option("jobs", options.jobs, "cases at a time", 1);
    arguments.option("patience", options.patience, "seconds that an answer may take", 1);
    arguments.parse(argc, argv);
    try {
        return run(options);
    } catch (const std::exception& e) {
        std::cerr << "peer_observe: " << e.what() << std::endl;
        return 2;
    }
}
