// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// peer_observe HOST:PORT: plays the conformance cases of one profile to any server, and
// writes down what it did instead of judging it: a line NAME, tab, outcome for each case
// (see observation.hh).
#include <iostream>
#include <mutex>

#include "peers/observation.hh"
#include "support/case_choice.hh"

namespace {

using namespace ktcp::test;

struct Options {
    CaseChoice choice;
    bool verbose = false;
    unsigned patience = 6;
};

int run(const Options& options) {
    const DocumentTree tree = options.choice.load_tree();
    const Endpoint server = Endpoint::parse(options.choice.server);
    const std::vector<Case> cases = options.choice.load();

    std::vector<Observation> seen(cases.size());
    std::mutex failing;
    std::string fault;
    options.choice.play(cases.size(), [&](size_t i) {
        try {
            seen[i] = observe(cases[i], tree, server, std::chrono::seconds(options.patience));
        } catch (const std::exception& e) {
            std::lock_guard lock(failing);
            fault = cases[i].where() + ": " + e.what();
        }
    });
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
    options.choice.directory = KTCP_CONFORMANCE_DIR;
    Arguments arguments(
        "Plays the conformance cases of one profile to a server of any make, and prints "
        "what it answered and how it ended the connection.");
    options.choice.add_to(arguments);
    arguments.flag("verbose", options.verbose, "say what each '!' stands for");
    arguments.option("patience", options.patience, "seconds that an answer may take", 1);
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
