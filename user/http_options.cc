// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The command line of user-http-server: the options of both programs, and HTTP's.
#include "option_values.hh"
#include "options.hh"

#include <algorithm>

namespace ktcp::user {

namespace {

const char* const symlinks_names[] = {
#define KTCP_SYMLINKS_NAME(name, text) text,
    KTCP_SYMLINKS(KTCP_SYMLINKS_NAME)
#undef KTCP_SYMLINKS_NAME
};

std::string directory_of(const char* option, const std::string& path) {
    if (path.empty())
        throw CLI::ValidationError(option, "the name of the directory is empty");
    return path;
}

ktcp_symlinks symlinks_of(const std::string& text) {
    auto found = std::ranges::find(symlinks_names, text);
    if (found == std::end(symlinks_names))
        throw CLI::ValidationError("--symlinks",
                                   "'" + text + "' is none of beneath, in_root, none");
    return static_cast<ktcp_symlinks>(found - symlinks_names);
}

void set_cache_control(HttpOptions& options, const std::string& text) {
    if (text.empty() || !ktcp_http_is_field_value(text.c_str()))
        throw CLI::ValidationError("--cache-control",
                                   "'" + text + "' cannot be the value of a field: give 1 to " +
                                       std::to_string(KTCP_HTTP_VALUE_MAX) +
                                       " printable characters, such as 'max-age=3600'");
    options.texts.push_back(text);
    options.config.cache_control = options.texts.back().c_str();
}

void add_site(HttpOptions& options, const std::string& text) {
    char name[KTCP_HTTP_SITE_NAME_MAX];
    const char* directory = nullptr;
    ktcp_http_site site{};
    if (!ktcp_http_site_parse(text.c_str(), name, &site, &directory))
        throw CLI::ValidationError("--host", "'" + text +
                                                 "' is not NAME=DIR with a host's name, or "
                                                 "*.DOMAIN, without a port");
    options.texts.emplace_back(name, site.name_size);
    site.name = options.texts.back().c_str();
    for (const ktcp_http_site& other : options.sites)
        if (options.texts.back() == std::string_view(other.name, other.name_size))
            throw CLI::ValidationError("--host", "'" + options.texts.back() +
                                                     "' has a directory already; name it once");
    if (options.sites.size() == KTCP_HTTP_SITES_MAX)
        throw CLI::ValidationError("--host", "there can be " + std::to_string(KTCP_HTTP_SITES_MAX) +
                                                 " names, and no more");
    site.root = static_cast<uint32_t>(options.sites.size()) + 1;
    options.sites.push_back(site);
    options.server.roots.resize(site.root); // the default one first, be it none
    options.server.roots.push_back(directory);
}

void add_http_options(CLI::App& app, HttpOptions& options) {
    app.add_option_function<std::string>(
           "--root",
           [&options](const std::string& path) {
               if (options.server.roots.empty())
                   options.server.roots.emplace_back();
               options.server.roots[0] = directory_of("--root", path);
           },
           "Directory to serve; without one every GET is answered by Hello World!")
        ->type_name("DIR");
    app.add_option_function<std::vector<std::string>>(
           "--host",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts)
                   add_site(options, text);
           },
           "Directory to serve to those who ask for this host, and not --root; NAME may be "
           "*.DOMAIN; may be repeated")
        ->type_name("NAME=DIR");
    app.add_option_function<std::string>(
           "--symlinks",
           [&options](const std::string& text) { options.server.symlinks = symlinks_of(text); },
           "Where symbolic links may lead, never out: beneath the root (absolute ones are "
           "refused), in_root (the root is their /), none [beneath]")
        ->type_name("RULE");
    app.add_flag("--list-hidden", options.config.list_hidden,
                 "Listings show names that begin with a dot; they are served either way")
        ->check([](const std::string& text) -> std::string {
            bool known = text == "true" || text == "false" || text == "1" || text == "0";
            return known ? "" : "'" + text + "' is neither 1 nor 0";
        });
    app.add_option_function<std::string>(
           "--cache-control",
           [&options](const std::string& text) { set_cache_control(options, text); },
           "The value of Cache-Control that files are sent with [none]")
        ->type_name("TEXT");
#define KTCP_ADD_LIMIT(name, preset, least, most, unit, what)                                      \
    add_limit(app, {#name, preset, least, most, unit, what}, options.config.name);
    KTCP_HTTP_LIMITS(KTCP_ADD_LIMIT)
#undef KTCP_ADD_LIMIT
#define KTCP_ADD_CACHE_LIMIT(name, preset, least, most, unit, what)                                \
    add_limit(app, {#name, preset, least, most, unit, what}, options.server.cache.name);
    KTCP_CACHE_LIMITS(KTCP_ADD_CACHE_LIMIT)
#undef KTCP_ADD_CACHE_LIMIT
}

} // namespace

HttpOptions parse_http_options(int argc, const char* const* argv) {
    HttpOptions options;
    options.server.port = 8081;
    options.server.backlog = 100;
    CLI::App app("Serves directory trees over HTTP/1.1.", "user-http-server");
    add_server_options(app, options.server);
    add_host_limits(app, options.server, true);
    add_http_options(app, options);
    options.exit_status = parse_options(app, options.server, argc, argv);
    ktcp_http_config& config = options.config;
    config.has_root = !options.server.roots.empty() && !options.server.roots[0].empty();
    config.sites = options.sites.data();
    config.site_count = static_cast<uint32_t>(options.sites.size());
    options.server.user_timeout = config.send_timeout;
    return options;
}

std::string describe_roots(const HttpOptions& options) {
    if (options.server.roots.empty())
        return "answering Hello World! (no --root)";
    std::string text = "serving";
    if (options.config.has_root)
        text += " " + options.server.roots[0];
    for (const ktcp_http_site& site : options.sites)
        text += (text == "serving" ? " " : ", ") + std::string(site.name) + "=" +
                options.server.roots[site.root];
    return text;
}

} // namespace ktcp::user
