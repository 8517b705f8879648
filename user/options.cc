// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "options.hh"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <sched.h>
#include <sys/resource.h>

#ifndef KTCP_VERSION
#define KTCP_VERSION "unversioned"
#endif

namespace ktcp::user {

namespace {

// CLI11's own conversion would take 010 for eight and name the type, not the range.
CLI::Validator whole_number(uint64_t low, uint64_t high) {
    std::string range = std::to_string(low) + " to " + std::to_string(high);
    CLI::Validator validator(
        [low, high, range](std::string& text) -> std::string {
            bool digits =
                !text.empty() && text.size() < 20 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
            uint64_t value = digits ? std::stoull(text) : 0;
            if (!digits || value < low || value > high)
                return "'" + text + "' is not a whole number from " + range;
            text = std::to_string(value);
            return {};
        },
        "[" + range + "]");
    return validator;
}

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

template <class T> CLI::Option* add_number(CLI::App& app, const char* name, T& value, uint64_t low,
                                           uint64_t high, const std::string& help) {
    return app.add_option(name, value, help)
        ->transform(whole_number(low, high))
        ->type_name("N")
        ->capture_default_str();
}

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
    add_number(app, "--max-connections", options.max_connections, 1, 10000000,
               "Connections at a time; more wait in the backlog");
    add_number(app, "--drain-timeout", options.drain_timeout, 0, KTCP_HTTP_TIMEOUT_MAX,
               "After SIGTERM or SIGINT: how long responses may go on, ms");
}

void add_http_options(CLI::App& app, HttpOptions& options) {
    ktcp_http_config& config = options.config;
    config.head_timeout = KTCP_HTTP_HEAD_TIMEOUT_DEFAULT;
    config.idle_timeout = KTCP_HTTP_IDLE_TIMEOUT_DEFAULT;
    config.send_timeout = KTCP_HTTP_SEND_TIMEOUT_DEFAULT;
    config.linger_timeout = KTCP_HTTP_LINGER_TIMEOUT_DEFAULT;
    config.head_size = KTCP_HTTP_HEAD_SIZE_DEFAULT;
    config.body_size = KTCP_HTTP_BODY_SIZE_DEFAULT;
    app.add_option_function<std::string>(
           "--root",
           [&options](const std::string& path) {
               if (path.empty())
                   throw CLI::ValidationError("--root", "the name of the directory is empty");
               options.server.root = path;
           },
           "Directory to serve; without it every GET is answered by Hello World!")
        ->type_name("DIR");
    const uint64_t most = KTCP_HTTP_TIMEOUT_MAX;
    add_number(app, "--head-timeout", config.head_timeout, 1, most,
               "For a request's head, from its first byte, ms");
    add_number(app, "--idle-timeout", config.idle_timeout, 1, most,
               "For silence between requests, ms");
    add_number(app, "--send-timeout", config.send_timeout, 1, most,
               "For a client to take some bytes of a response, ms");
    add_number(app, "--linger-timeout", config.linger_timeout, 1, most,
               "For a client to close, after our end of the connection is closed, ms");
    add_number(app, "--head-size", config.head_size, KTCP_HTTP_HEAD_SIZE_MIN, KTCP_BUFFER_SIZE,
               "Largest request head, bytes");
    add_number(app, "--body-size", config.body_size, 0, UINT32_MAX,
               "Largest request body that is read (and discarded), bytes");
    add_number(app, "--cache-entries", options.server.cache_entries, 0, 1000000,
               "Files kept open between requests, a thread; 0: none");
}

std::optional<int> parse(CLI::App& app, ServerOptions& options, int argc, const char* const* argv) {
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

} // namespace

EchoOptions parse_echo_options(int argc, const char* const* argv) {
    EchoOptions options;
    options.server.port = 12345;
    options.server.backlog = 128;
    CLI::App app("Echoes whatever comes, until the peer closes.", "user-echo-server");
    add_server_options(app, options.server);
    options.exit_status = parse(app, options.server, argc, argv);
    return options;
}

HttpOptions parse_http_options(int argc, const char* const* argv) {
    HttpOptions options;
    options.server.port = 8081;
    options.server.backlog = 100;
    CLI::App app("Serves a directory tree over HTTP/1.1.", "user-http-server");
    add_server_options(app, options.server);
    add_http_options(app, options);
    options.exit_status = parse(app, options.server, argc, argv);
    options.config.has_root = !options.server.root.empty();
    return options;
}

void set_descriptor_limit(const Model& model) {
    rlimit limit;
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
