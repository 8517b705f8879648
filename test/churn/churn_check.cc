// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// churn_check ROOT HOST:PORT: while a tree beneath ROOT is changed in every way that files and
// directories can be, clients ask a server of ROOT for it. Each answer must be one state that
// existed between the request's first byte and the answer's last one: whole, and under its own
// validators. (With writes through mmap() no file system says when; there are none here.)
#include <filesystem>
#include <iostream>
#include <thread>

#include "churn/asker.hh"
#include "churn/churn_tree.hh"
#include "churn/judge.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string root;
    std::string server;
    unsigned seconds = 10;
    unsigned connections = 100;
    unsigned threads = 2;
    unsigned writers = 2;
    unsigned least = 500;
    ChurnOptions churn;
    JudgeOptions judge;
    bool keep = false;
    bool no_big = false;
};

class Churn {
public:
    explicit Churn(const Options& options)
        : options_(options), server_(Endpoint::parse(options.server)),
          judge_(history_, ledger_, options.judge) {
        for (unsigned i = 0; i < options.writers; i++) {
            names_.push_back("churn-" + std::to_string(i));
            if (std::filesystem::exists(std::filesystem::path(options.root) / names_.back()))
                throw std::runtime_error(names_.back() + " is there already: name another ROOT");
            trees_.push_back(std::make_unique<ChurnTree>(history_, options.root, names_.back(), i,
                                                         options.churn));
        }
    }

    ~Churn() {
        std::error_code ignored;
        for (const std::string& name : names_)
            if (!options_.keep)
                std::filesystem::remove_all(std::filesystem::path(options_.root) / name, ignored);
    }

    int run() {
        {
            std::vector<std::jthread> threads;
            for (auto& tree : trees_)
                threads.emplace_back([&](const std::stop_token& stop) {
                    guarded([&] {
                        while (!stop.stop_requested())
                            tree->step();
                    });
                });
            for (unsigned i = 0; i < options_.threads; i++)
                threads.emplace_back([&, i](const std::stop_token& stop) {
                    guarded([&] {
                        const unsigned share = options_.connections / options_.threads;
                        Asker(server_, Curiosity(history_, ledger_, i), judge_, share).run(stop);
                    });
                });
            std::this_thread::sleep_for(std::chrono::seconds(options_.seconds));
            // Those who ask first: what they wait for may still change.
            for (size_t i = trees_.size(); i < threads.size(); i++)
                threads[i].request_stop();
            for (size_t i = trees_.size(); i < threads.size(); i++)
                threads[i].join();
        }
        return conclude();
    }

private:
    template <class Work> void guarded(Work work) {
        try {
            work();
        } catch (const std::exception& e) {
            judge_.fault("test", e.what());
        }
    }

    // A quiet test proves nothing.
    int conclude() {
        uint64_t operations = 0;
        std::map<std::string, uint64_t> done;
        for (const auto& tree : trees_)
            for (const auto& [what, count] : tree->done()) {
                done[what] += count;
                operations += count;
            }
        std::string text;
        for (const auto& [what, count] : done)
            text += (text.empty() ? "" : ", ") + what + ": " + std::to_string(count);
        std::cout << "# changes: " << text << "\n";
        if (judge_.answers() < options_.least)
            judge_.fault("test", std::to_string(judge_.answers()) + " answers are too few");
        if (judge_.count("while it changed") == 0)
            judge_.fault("test", "nothing changed while it was asked for");
        const bool right = judge_.report();
        std::cout << "figure: churn, " << options_.seconds << " s, " << options_.connections
                  << " connections: " << operations << " changes, " << judge_.answers()
                  << " answers, " << judge_.count("while it changed") << " while it changed; "
                  << (right ? "none wrong" : "WRONG") << std::endl;
        return right ? 0 : 1;
    }

    const Options& options_;
    const Endpoint server_;
    History history_;
    Ledger ledger_;
    Judge judge_;
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<ChurnTree>> trees_;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Changes a tree beneath ROOT in every way, while clients ask a server of "
                        "ROOT for it, and judges each answer.");
    arguments.positional("root", options.root, "the directory that is served");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("seconds", options.seconds, "how long", 1);
    arguments.option("connections", options.connections, "how many at a time", 1);
    arguments.option("threads", options.threads, "that the connections are spread over", 1);
    arguments.option("writers", options.writers, "a part of the tree and a thread each, up to 16",
                     1);
    arguments.option("pause", options.churn.pause, "us between two changes, at most");
    arguments.option("largest", options.churn.largest, "KiB of an ordinary file", 1);
    arguments.option("least", options.least, "answers that must be judged");
    arguments.option("whole", options.judge.whole,
                     "bytes: a larger file may be cut off, or be of several versions "
                     "(cache_file_size)");
    arguments.flag("unprivileged", options.judge.unprivileged,
                   "the server runs as another user, and not as root");
    arguments.flag("siblings", options.judge.siblings, "the server sends NAME.gz for NAME");
    arguments.flag("only-renames", options.churn.only_renames, "contents change by renaming only");
    arguments.flag("no-big", options.no_big, "no files of 1 and 3 MiB");
    arguments.flag("keep", options.keep, "leave the tree");
    arguments.parse(argc, argv);
    if (options.writers > 16 || options.connections < options.threads) {
        std::cerr << "churn_check: at most 16 writers, and a connection for each thread\n";
        return 2;
    }
    options.churn.big = !options.no_big;
    return run_program([&] { return Churn(options).run(); });
}
