// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// tree_compare ROOT HOST:PORT: fetches every path of a tree over several keep-alive
// connections and compares each answer with the disk, byte by byte.
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "integration/path_check.hh"
#include "support/arguments.hh"
#include "support/escape.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string root;
    std::string server;
    unsigned connections = 8;
    unsigned sample = 1;
    unsigned patience = 120;
    std::string only;
    std::string except;
    bool hidden = false;
};

class Comparison {
public:
    explicit Comparison(const Options& options)
        : options_(options), tree_(options.root), server_(Endpoint::parse(options.server)) {
        std::vector<std::string> all = tree_.walk();
        walked_ = all.size();
        for (size_t i = 0; i < all.size(); i += options.sample)
            if ((options.only.empty() || all[i] == options.only) &&
                (options.except.empty() || all[i] != options.except))
                paths_.push_back(std::move(all[i]));
        if (paths_.empty())
            throw std::runtime_error("no path is left to compare: see --only and --sample");
    }

    int run() {
        auto begin = Clock::now();
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < options_.connections; i++)
            threads.emplace_back([this] { work(); });
        threads.clear();
        std::chrono::duration<double> took = Clock::now() - begin;
        std::cout << "compared " << paths_.size() << " of " << walked_ << " paths: " << tally_.files
                  << " files (" << tally_.indexes << " as index, " << tally_.bytes << " bytes), "
                  << tally_.listings << " listings, " << tally_.redirects << " redirects, "
                  << tally_.refused << " refused, " << tally_.missing << " missing; "
                  << options_.connections << " connections, " << extra_connections_
                  << " opened anew; " << took.count() << " s" << std::endl;
        if (extra_connections_)
            report("a connection that was to be kept was not");
        std::cout << (differences_ ? std::to_string(differences_) + " differences"
                                   : "no difference")
                  << std::endl;
        return differences_ ? 1 : 0;
    }

private:
    void report(const std::string& what) {
        constexpr unsigned most = 20;
        if (++differences_ <= most)
            std::cout << "not ok - " << what << std::endl;
    }

    void work() {
        Fetcher fetcher(server_, std::chrono::seconds(options_.patience));
        PathCheck check(tree_, fetcher, options_.hidden);
        for (size_t i; (i = next_++) < paths_.size();) {
            try {
                check.check(paths_[i]);
            } catch (const std::exception& e) {
                std::lock_guard lock(mutex_);
                report("/" + escape(paths_[i]) + ": " + e.what());
            }
        }
        std::lock_guard lock(mutex_);
        tally_.add(check.tally());
        extra_connections_ += fetcher.connections() ? fetcher.connections() - 1 : 0;
    }

    const Options& options_;
    ConfinedTree tree_;
    Endpoint server_;
    std::vector<std::string> paths_;
    size_t walked_ = 0;
    std::atomic<size_t> next_ = 0;
    std::mutex mutex_;
    Tally tally_;
    unsigned extra_connections_ = 0;
    unsigned differences_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments(
        "Fetches every path below ROOT from a server that serves ROOT, and compares "
        "status, length and content with what is on the disk.");
    arguments.positional("root", options.root, "the directory that is served");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("connections", options.connections, "how many at a time", 1);
    arguments.option("sample", options.sample, "compare every K-th path only", 1);
    arguments.option("patience", options.patience, "seconds without a byte before giving up", 1);
    arguments.option("only", options.only, "compare this path (relative to ROOT) only");
    arguments.option("except", options.except, "leave this path out");
    arguments.flag("hidden", options.hidden, "names that begin with a dot are listed");
    arguments.parse(argc, argv);
    return run_program([&] { return Comparison(options).run(); });
}
