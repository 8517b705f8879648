// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The server models, by name.
#pragma once

#include "loops/loop.hh"

#include <span>
#include <string>
#include <string_view>

namespace ktcp::user {

// Each throws StartError.
using MakeLoop = std::unique_ptr<Loop>(Worker& worker, std::vector<Descriptor> listeners);
MakeLoop make_iterative_loop, make_fork_loop, make_prefork_loop, make_thread_loop,
    make_thread_pool_loop, make_select_loop, make_poll_loop, make_epoll_lt_loop, make_epoll_et_loop,
    make_io_uring_loop;
// The same without what only newer kernels have.
MakeLoop make_single_shot_io_uring_loop;

// What there can be several of in a server.
enum class Scale {
    one,     // nothing, or one for each client: --threads has nothing to say
    loops,   // threads, each with a loop and listening sockets of its own
    workers, // threads or processes of one loop, which share its listening sockets
};

struct Model {
    const char* name = nullptr;
    const char* description = nullptr;
    MakeLoop* make = nullptr;
    Scale scale = Scale::one;
    unsigned descriptor_limit = 0; // all descriptors are below it; 0: there is none

    std::string describe(unsigned threads) const; // "epoll-et, 2 threads"
};

std::span<const Model> models();
const Model* find_model(std::string_view name); // nullptr: none of this name
const Model& default_model();
std::string model_names(); // "a, b, c"

} // namespace ktcp::user
