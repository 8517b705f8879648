// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// swap_race ROOT HOST:PORT: while names beneath ROOT change places with symbolic links
// that lead out of it, as fast as the file system can, clients ask for them. Whatever a
// server resolves in two steps, and not in one, is found out: no byte of what is outside
// may ever come.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "integration/fetcher.hh"
#include "integration/swap_tree.hh"
#include "support/arguments.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string root;
    std::string server;
    std::string outside;
    unsigned seconds = 10;
    unsigned clients = 6;
    bool no_links = false;
};

class Race {
public:
    explicit Race(const Options& options)
        : options_(options),
          tree_(options.root, options.outside.empty()
                                  ? std::filesystem::canonical(options.root).parent_path()
                                  : std::filesystem::path(options.outside)),
          server_(Endpoint::parse(options.server)) {}

    int run() {
        {
            std::jthread swapping([this](std::stop_token stop) { swap(stop); });
            std::vector<std::jthread> clients;
            for (unsigned i = 0; i < options_.clients; i++)
                clients.emplace_back([this, i](std::stop_token stop) { ask(stop, i); });
            std::this_thread::sleep_for(std::chrono::seconds(options_.seconds));
        }
        return judge();
    }

private:
    void swap(const std::stop_token& stop) {
        try {
            for (; !stop.stop_requested(); exchanges_++)
                tree_.exchange();
        } catch (const std::exception& e) {
            fail(e.what());
        }
    }

    // Every third client opens a connection for each request.
    void ask(const std::stop_token& stop, unsigned number) {
        Fetcher kept(server_);
        size_t next = number;
        while (!stop.stop_requested()) {
            const SwapTarget& target = tree_.targets()[next++ % tree_.targets().size()];
            try {
                bool keeps = number % 3 != 2;
                check(target, keeps ? kept.get("/" + target.path)
                                    : Fetcher(server_).get("/" + target.path));
            } catch (const std::exception& e) {
                fail("/" + target.path + ": " + e.what());
            }
        }
    }

    // A name is what it is inside (200), or leads out: refused (403), or, if the root is the
    // "/" of links, to nothing that is there (404). Nothing in between, no failure.
    void check(const SwapTarget& target, const Response& got) {
        std::string leak = tree_.leak_in(got.body);
        for (const auto& field : got.fields)
            if (leak.empty() && !equal_ignoring_case(field.name, "Date") &&
                !equal_ignoring_case(field.name, "ETag"))
                leak = tree_.leak_in(field.value);
        if (!leak.empty())
            fail("/" + target.path + ": status " + std::to_string(got.status) +
                 " has what is outside: '" + leak + "'");
        else if (got.status != 200 && got.status != 403 && got.status != 404)
            fail("/" + target.path + ": status " + std::to_string(got.status));
        else if (got.status == 200 && !target.listing && got.body != target.inside)
            fail("/" + target.path + ": other bytes than those inside");
        std::lock_guard lock(mutex_);
        answers_[{target.path, got.status}]++;
        statuses_[got.status]++;
    }

    void fail(const std::string& what) {
        constexpr unsigned most = 20;
        std::lock_guard lock(mutex_);
        if (++failures_ <= most)
            std::cout << "not ok - " << what << std::endl;
    }

    // The race was run: each name was met in both of its states. Our own directory is
    // always there, and links are never followed by who follows none.
    int judge() {
        uint64_t all = 0;
        std::string by_status;
        for (const auto& [status, count] : statuses_) {
            all += count;
            by_status += (by_status.empty() ? "" : ", ") + std::to_string(status) + ": " +
                         std::to_string(count);
        }
        for (const SwapTarget& target : tree_.targets()) {
            uint64_t served = answers_[{target.path, 200}];
            uint64_t refused = answers_[{target.path, 403}] + answers_[{target.path, 404}];
            std::cout << "# /" << target.path << ": " << served << " served, " << refused
                      << " refused\n";
            bool own = target.path.find('/') == target.path.size() - 1;
            bool followed = !target.link || !options_.no_links;
            if (served > 0 && !followed)
                fail("/" + target.path + " was served, though it is a link");
            if ((served == 0 && followed) || (refused == 0 && !own))
                fail("/" + target.path + " was met in one state only: try more --seconds");
        }
        std::cout << "figure: swap_race, " << options_.seconds << " s: " << exchanges_
                  << " exchanges, " << all << " answers (" << by_status << "), " << failures_
                  << " wrong" << std::endl;
        return failures_ ? 1 : 0;
    }

    const Options& options_;
    SwapTree tree_;
    Endpoint server_;
    std::atomic<uint64_t> exchanges_ = 0;
    std::mutex mutex_;
    std::map<std::pair<std::string, int>, uint64_t> answers_;
    std::map<int, uint64_t> statuses_;
    unsigned failures_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Lets names beneath ROOT change places with links that lead out of it, "
                        "while clients ask a server of ROOT for them.");
    arguments.positional("root", options.root, "the directory that is served");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.option("seconds", options.seconds, "how long", 1);
    arguments.option("clients", options.clients, "how many at a time", 3);
    arguments.option("outside", options.outside,
                     "where to put what must not be served; else beside ROOT");
    arguments.flag("no-links", options.no_links, "the server follows none (symlinks=none)");
    arguments.parse(argc, argv);
    return run_program([&] { return Race(options).run(); });
}
