// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// conformance_client HOST:PORT: the conformance cases on a running server.
#include <algorithm>
#include <iostream>
#include <mutex>

#include "conformance/client_run.hh"
#include "support/case_choice.hh"

namespace {

using namespace ktcp::test;

struct Options {
    CaseChoice choice;
    bool verbose = false;
    unsigned patience = 15;
};

int run(const Options& options) {
    const DocumentTree tree = options.choice.load_tree();
    const Endpoint server = Endpoint::parse(options.choice.server);
    std::vector<Case> cases = options.choice.load();
    // Those that wait come first, so that the others run meanwhile.
    std::stable_partition(cases.begin(), cases.end(),
                          [](const Case& one) { return one.end == Case::End::timeout; });

    std::mutex printing;
    size_t failed = 0;
    options.choice.play(cases.size(), [&](size_t i) {
        const Case& one = cases[i];
        auto complaints = play_over_tcp(one, tree, server, std::chrono::seconds(options.patience));
        std::lock_guard lock(printing);
        if (complaints.empty() && options.verbose)
            std::cout << "ok - " << one.where() << std::endl;
        for (const std::string& complaint : complaints)
            std::cout << "not ok - " << one.where() << ": " << complaint << std::endl;
        failed += !complaints.empty();
    });
    std::cout << cases.size() - failed << " passed, " << failed << " failed" << std::endl;
    return failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    options.choice.directory = KTCP_CONFORMANCE_DIR;
    Arguments arguments(
        "Plays the conformance cases of one profile to a server. The server must be "
        "started with the settings of that profile (see the file 'profiles') and, if "
        "they say root=yes, serve a tree that make_tree has made.");
    options.choice.add_to(arguments);
    arguments.flag("verbose", options.verbose, "print the cases that pass, too");
    arguments.option("patience", options.patience, "seconds that a response may take", 1);
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
