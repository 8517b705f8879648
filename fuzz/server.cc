// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The whole user-space server, from accept4 to close, in one thread, in a world that is
// made up (world/): the input says what clients send and when, how they read, which calls
// fail, what becomes of the files, and how time goes by.
#include "draw.hh"
#include "world/world.hh"

#include "loops/models.hh"
#include "server.hh"
#include "start_error.hh"

#include <algorithm>

namespace {

using namespace ktcp::user;
using ktcp::fuzz::check;
using ktcp::fuzz::Input;
using ktcp::fuzz::World;

// All that have one thread, and wait by calls that can be made up.
constexpr const char* models[] = {"epoll-et", "epoll-lt", "poll", "select", "iterative"};

const Model& model_of(uint8_t choice) {
    const Model* model = find_model(models[choice % std::size(models)]);
    check(model != nullptr, "a model is missing");
    return *model;
}

// As Server does, without threads.
void serve(const ktcp_http_config& config, const ServerOptions& options, World& world) {
    Roots roots(options.roots, options.symlinks);
    Service service{.protocol = ktcp_http_protocol,
                    .config = &config,
                    .roots = &roots,
                    .cache_limits = options.cache,
                    .workers_last = options.model->scale == Scale::loops,
                    .max_connections = options.max_connections,
                    .pool = 1,
                    .records = Records(4),
                    .spare = SpareMemory(options.sort_memory)};
    if (options.max_per_address)
        service.addresses.emplace(options.max_per_address, options.max_connections,
                                  service.records);
    const int64_t spare = service.spare.left();
    Listeners listeners(options.addresses, options.port, options.backlog, 1, options.user_timeout);
    {
        Worker worker(service, *service.records.take());
        {
            const auto loop = options.model->make(worker, listeners.take(0));
            world.orders = &service.orders;
            loop->run();
        }
        check(worker.buffers.lent() == 0 || !worker.deadlines.empty() ||
                  service.cache.answers() != 0,
              "a buffer that nobody gave back");
        check(worker.deadlines.empty() && service.connections == 0, "a connection that is left");
    }
    check(service.cache.bytes() == 0 && service.cache.answers() == 0, "the cache's budget",
          std::to_string(service.cache.bytes()) + " bytes, " +
              std::to_string(service.cache.answers()) + " answers");
    check(service.spare.left() == spare, "spare memory that nobody gave back");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::vector<ListenAddress> addresses = [] {
        ListenAddress any;
        ListenAddress::parse("0.0.0.0", any);
        return std::vector<ListenAddress>{any};
    }();
    Input input(data, size);
    World world(input);
    const uint8_t choice = input.decide();
    const uint8_t shape = input.decide();
    ktcp_http_config config = {};
#define KTCP_FUZZ_LIMIT(name, preset, least, most, unit, what)                                     \
    config.name = draw(input, preset, least, most);
    KTCP_HTTP_LIMITS(KTCP_FUZZ_LIMIT)
#undef KTCP_FUZZ_LIMIT
    config.has_root = true;
    config.list_hidden = (shape & 1) != 0;

    ServerOptions options;
    options.addresses = addresses;
    options.model = &model_of(choice);
    options.roots = {"/srv"};
    options.symlinks = static_cast<ktcp_symlinks>(shape / 2 % KTCP_SYMLINKS_COUNT);
#define KTCP_FUZZ_LIMIT(name, preset, least, most, unit, what)                                     \
    options.cache.name = draw(input, preset, least, most);
    KTCP_CACHE_LIMITS(KTCP_FUZZ_LIMIT)
#undef KTCP_FUZZ_LIMIT
    options.max_connections = draw(input, 64, 1, 64);
    options.max_per_address = draw(input, 0, 0, 12);
    options.drain_timeout = draw(input, 5000, 0, 86400000);
    options.sort_memory = draw(input, 1 << 20, 0, 1 << 22);

    world.config = &config;
    world.symlinks = options.symlinks;
    world.drain_timeout = options.drain_timeout;
    world.one_at_a_time = std::string_view(options.model->name) == "iterative";
    world.ending = input.decide();
    const uint8_t files = input.decide();
    world.most_files = files < 128 ? 500 : 6u + files % 32;
    // Less is kept where there is little room; and what is not looked at may be old.
    const bool ample = options.cache.cache_size >= (32u << 20) &&
                       options.cache.cache_entries >= 1000 && options.cache.cache_trust == 0;
    world.kept_size = ample ? options.cache.cache_file_size : 0;

    World::current = &world;
    try {
        serve(config, options, world);
    } catch (const StartError& error) {
        check(world.faults() != 0, "the server does not start", error.what());
    }
    World::current = nullptr;
    check(world.open_files() == 0, "descriptors that are still open",
          std::to_string(world.open_files()));
    check(world.mappings == 0, "memory that is still mapped");
    return 0;
}
