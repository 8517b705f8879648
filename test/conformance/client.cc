// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// conformance_client HOST:PORT: the conformance cases on a running server.
#include <fnmatch.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "conformance/client_run.hh"
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
    unsigned patience = 15;
};

// Those that wait come first, so that the others run meanwhile.
std::vector<Case> chosen(const Options& options) {
    std::vector<Case> all = load_all_cases(options.directory), some;
    for (Case& one : all)
        if (one.profile == options.profile && !one.engine_only &&
            (!one.unprivileged || options.unprivileged) &&
            fnmatch(options.pattern.c_str(), one.name.c_str(), 0) == 0)
            some.push_back(std::move(one));
    std::stable_partition(some.begin(), some.end(),
                          [](const Case& one) { return one.end == Case::End::timeout; });
    return some;
}

int run(const Options& options) {
    DocumentTree tree = DocumentTree::load(options.directory + "/tree");
    Endpoint server = Endpoint::parse(options.server);
    std::vector<Case> cases = chosen(options);
    if (cases.empty())
        throw std::runtime_error("no case matches: see --case, --profile, --cases");

    std::atomic<size_t> next = 0;
    std::mutex printing;
    size_t failed = 0;
    auto work = [&] {
        for (size_t i; (i = next++) < cases.size();) {
            const Case& one = cases[i];
            auto complaints =
                play_over_tcp(one, tree, server, std::chrono::seconds(options.patience));
            std::lock_guard lock(printing);
            if (complaints.empty() && options.verbose)
                std::cout << "ok - " << one.where() << std::endl;
            for (const std::string& complaint : complaints)
                std::cout << "not ok - " << one.where() << ": " << complaint << std::endl;
            failed += !complaints.empty();
        }
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < options.jobs; i++)
        threads.emplace_back(work);
    threads.clear();
    std::cout << cases.size() - failed << " passed, " << failed << " failed" << std::endl;
    return failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Plays the conformance cases of one profile to a server. The server must be "
        "started with the settings of that profile (see the file 'profiles') and, if "
        "they say root=yes, serve a tree that make_tree has made.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("case", options.pattern, "only cases whose names match this glob");
    arguments.option("profile", options.profile, "the settings the server runs with");
    arguments.option("cases", options.directory, "where *.case, tree and profiles are");
    arguments.flag("unprivileged", options.unprivileged,
                   "the server runs as a user who cannot read every file");
    arguments.flag("verbose", options.verbose, "print the cases that pass, too");
    arguments.option("jobs", options.jobs, "cases at a time", 1);
    arguments.option("patience", options.patience, "seconds that a response may take", 1);
    arguments.parse(argc, argv);
    try {
        return run(options);
    } catch (const std::exception& e) {
        std::cerr << "conformance_client: " << e.what() << std::endl;
        return 2;
    }
}
