// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/models.hh"

#include <algorithm>
#include <sys/select.h>

namespace ktcp::user {

namespace {

constexpr Model all[] = {
    {"iterative", "one client after another", make_iterative_loop, Scale::one},
    {"fork", "a process for each client", make_fork_loop, Scale::one},
    {"prefork", "a fixed number of processes, one client at a time each", make_prefork_loop,
     Scale::workers},
    {"thread", "a thread for each client", make_thread_loop, Scale::one},
    {"thread-pool", "a fixed number of threads, one client at a time each", make_thread_pool_loop,
     Scale::workers},
    {"select", "loops over select(2); descriptors below 1024 only", make_select_loop, Scale::loops,
     FD_SETSIZE},
    {"poll", "loops over poll(2)", make_poll_loop, Scale::loops},
    {"epoll-lt", "loops over epoll(7), level-triggered", make_epoll_lt_loop, Scale::loops},
    {"epoll-et", "loops over epoll(7), edge-triggered", make_epoll_et_loop, Scale::loops},
    {"io_uring", "loops over io_uring(7): clients and input come as completions",
     make_io_uring_loop, Scale::loops},
};
static_assert(FD_SETSIZE == 1024, "select's description says so");

} // namespace

std::string Model::describe(unsigned threads) const {
    if (scale == Scale::one)
        return name;
    const char* unit = scale == Scale::loops ? " thread" : " worker";
    return std::string(name) + ", " + std::to_string(threads) + unit + (threads == 1 ? "" : "s");
}

std::span<const Model> models() { return all; }

const Model* find_model(std::string_view name) {
    auto found = std::ranges::find(all, name, &Model::name);
    return found == std::end(all) ? nullptr : found;
}

const Model& default_model() { return *find_model("epoll-et"); }

std::string model_names() {
    std::string names;
    for (const Model& model : all)
        names += (names.empty() ? "" : ", ") + std::string(model.name);
    return names;
}

} // namespace ktcp::user
