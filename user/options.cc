// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include "option_values.hh"

#include <algorithm>
#include <cstring>
#include <sched.h>
#include <sys/resource.h>

#ifndef KTCP_VERSION
#define KTCP_VERSION "unversioned"
#endif

namespace ktcp::user {

namespace {

// The cores that this process may run on (taskset, cgroups' cpusets).
unsigned core_count() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return std::max(CPU_COUNT(&set), 1);
}

// Of a blocking model: each is taken by one client for as long as it stays.
constexpr unsigned usual_workers = 64;

std::string models_help() {
    std::string help = "Models:";
    for (const Model& model : models())
        help += "\n  " + std::string(model.name) + std::string(34 - std::strlen(model.name), ' ') +
                model.description;
    return help;
}

// What --threads means depends on the model.
void settle_threads(ServerOptions& options) {
    const Model& model = *options.model;
    if (model.scale == Scale::one && options.threads > 1)
        throw CLI::ValidationError("--threads", std::string("the model ") + model.name +
                                                    " has but one loop; leave it out");
    if (options.threads == 0)
        options.threads = model.scale == Scale::loops     ? core_count()
                          : model.scale == Scale::workers ? usual_workers
                                                          : 1;
}

} // namespace

void add_server_options(CLI::App& app, ServerOptions& options) {
    options.threads = 0; // as is usual for the model
    add_number(app, "--port", options.port, 0, 65535, "TCP port; 0 takes a free one");
    app.add_option_function<std::vector<std::string>>(
           "--listen",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   ListenAddress address;
                   if (!ListenAddress::parse(text, address))
                       throw CLI::ValidationError(
                           "--listen", "'" + text + "' is not a numeric IPv4 or IPv6 address");
                   options.addresses.push_back(address);
               }
           },
           "Address to listen on; may be repeated [::, which is IPv4 too]")
        ->type_name("ADDR");
    app.add_option_function<std::string>(
           "--model",
           [&options](const std::string& name) {
               options.model = find_model(name);
               if (!options.model)
                   throw CLI::ValidationError("--model", "there is no model '" + name +
                                                             "'; there are: " + model_names());
           },
           std::string("How clients are waited for and served, see below [") +
               default_model().name + "]")
        ->type_name("NAME");
    add_number(app, "--threads", options.threads, 1, 1024,
               "Loops, a thread each [one a core]; of prefork and thread-pool: workers [" +
                   std::to_string(usual_workers) + "]")
        ->default_str("");
    app.footer(models_help());
    add_number(app, "--backlog", options.backlog, 1, 65535,
               "Connections that may wait to be accepted, a thread");
}

void add_host_limits(CLI::App& app, ServerOptions& options, bool lists) {
    auto add = [&](const Limit& limit, uint32_t& value) {
        if (lists || &value != &options.sort_memory)
            add_limit(app, limit, value);
    };
#define KTCP_ADD_LIMIT(name, preset, least, most, unit, what)                                      \
    add({#name, preset, least, most, unit, what}, options.name);
    KTCP_HOST_LIMITS(KTCP_ADD_LIMIT)
#undef KTCP_ADD_LIMIT
}

std::optional<int> parse_options(CLI::App& app, ServerOptions& options, int argc,
                                 const char* const* argv) {
    app.set_version_flag("--version", std::string(KTCP_VERSION));
    app.get_formatter()->column_width(36);
    try {
        app.parse(argc, argv);
        settle_threads(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (options.addresses.empty())
        ListenAddress::parse("::", options.addresses.emplace_back());
    return std::nullopt;
}

EchoOptions parse_echo_options(int argc, const char* const* argv) {
    EchoOptions options;
    options.server.port = 12345;
    options.server.backlog = 128;
    CLI::App app("Echoes whatever comes, until the peer closes.", "user-echo-server");
    add_server_options(app, options.server);
    add_host_limits(app, options.server, false);
    options.exit_status = parse_options(app, options.server, argc, argv);
    return options;
}

void set_descriptor_limit(const Model& model) {
    rlimit limit = {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (model.descriptor_limit)
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, model.descriptor_limit);
    setrlimit(RLIMIT_NOFILE, &limit);
}

void announce(const char* program, const Server& server, const ServerOptions& options,
              const std::string& what) {
    std::fprintf(stderr, "%s: listening on port %u, %s, %s\n", program, server.port(), what.c_str(),
                 options.model->describe(options.threads).c_str());
}

} // namespace ktcp::user
