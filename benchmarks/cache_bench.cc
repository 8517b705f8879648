// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One cache a worker, or one for all of them? What a hit costs: to find an answer by its
// name, to take a reference, and to give it back; in the table that the user-space host has
// for each worker, and in liburcu's lock-free hash table, shared, with readers under RCU and
// counts that are atomic. The same keys, hashes and comparison; 1 and 2 threads; all at one
// name, or each at one of 4,096.
//
//     build/release/benchmarks/cache_bench
#include "answer_table.hh"

#include <atomic>
#include <benchmark/benchmark.h>
#include <cstring>
#include <memory>
#include <string>
#include <urcu/rculfhash.h>
#include <urcu/urcu-memb.h>
#include <vector>

using namespace ktcp::user;

namespace {

constexpr size_t name_count = 4096;

const std::vector<std::string>& names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> made;
        for (size_t i = 0; i < name_count; ++i)
            made.push_back("some/directory/file-" + std::to_string(i) + ".html");
        return made;
    }();
    return all;
}

ktcp_resource_request request_of(const std::string& name) {
    ktcp_resource_request request = {};
    request.path = name.c_str();
    request.size = name.size();
    return request;
}

// Which name a thread asks for next.
size_t next(size_t i, size_t spread) { return spread == 1 ? 0 : i * 2654435761u % spread; }

void own_table(benchmark::State& state) {
    AnswerTable table;
    std::vector<std::unique_ptr<Answer>> answers;
    for (const std::string& name : names()) {
        auto& answer = *answers.emplace_back(std::make_unique<Answer>());
        answer.name.reset(new char[name.size() + 1]);
        std::memcpy(answer.name.get(), name.c_str(), name.size() + 1);
        answer.name_size = name.size();
        answer.hash = hash_of(request_of(name));
        table.insert(answer);
    }
    size_t i = 0;
    for (auto _ : state) {
        ktcp_resource_request request = request_of(names()[next(++i, state.range(0))]);
        Answer* answer = table.find(request, hash_of(request));
        ++answer->users;
        answer->referenced = true;
        benchmark::DoNotOptimize(answer);
        --answer->users;
    }
}

struct SharedAnswer {
    cds_lfht_node node;
    std::string name;
    std::atomic<uint32_t> users{1};
    std::atomic<bool> referenced{false};
};

int same(cds_lfht_node* node, const void* key) {
    const auto* answer = caa_container_of(node, SharedAnswer, node);
    const auto* request = static_cast<const ktcp_resource_request*>(key);
    return answer->name.size() == request->size &&
           std::memcmp(answer->name.data(), request->path, request->size) == 0;
}

cds_lfht* shared_table() {
    static cds_lfht* const table = [] {
        cds_lfht* made = cds_lfht_new_flavor(name_count, name_count, 0, CDS_LFHT_AUTO_RESIZE,
                                             &urcu_memb_flavor, nullptr);
        for (const std::string& name : names()) {
            auto* answer = new SharedAnswer{}; // for as long as the program runs
            answer->name = name;
            cds_lfht_node_init(&answer->node);
            urcu_memb_read_lock();
            cds_lfht_add(made, hash_of(request_of(name)), &answer->node);
            urcu_memb_read_unlock();
        }
        return made;
    }();
    return table;
}

// Readers make themselves known, each thread once.
struct Reader {
    Reader() { urcu_memb_register_thread(); }
    ~Reader() { urcu_memb_unregister_thread(); }
};

void shared_by_rcu(benchmark::State& state) {
    thread_local Reader reader;
    cds_lfht* table = shared_table();
    size_t i = 0;
    for (auto _ : state) {
        ktcp_resource_request request = request_of(names()[next(++i, state.range(0))]);
        urcu_memb_read_lock();
        cds_lfht_iter iterator;
        cds_lfht_lookup(table, hash_of(request), same, &request, &iterator);
        auto* answer = caa_container_of(cds_lfht_iter_get_node(&iterator), SharedAnswer, node);
        // Not if it has just lost the last one.
        uint32_t users = answer->users.load(std::memory_order_relaxed);
        while (users != 0 && !answer->users.compare_exchange_weak(users, users + 1))
            continue;
        if (!answer->referenced.load(std::memory_order_relaxed))
            answer->referenced.store(true, std::memory_order_relaxed);
        urcu_memb_read_unlock();
        benchmark::DoNotOptimize(answer);
        answer->users.fetch_sub(1);
    }
}

BENCHMARK(own_table)->Arg(1)->Arg(name_count)->Threads(1)->Threads(2);
BENCHMARK(shared_by_rcu)->Arg(1)->Arg(name_count)->Threads(1)->Threads(2);

} // namespace

BENCHMARK_MAIN();
