// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "conformance/server_settings.hh"

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace ktcp::test {

namespace {

uint32_t number(const std::string& name, const std::string& text, uint32_t least, uint32_t most) {
    uint32_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        throw std::runtime_error("profile setting " + name + "=" + text + ": not " +
                                 std::to_string(least) + " to " + std::to_string(most));
    return value;
}

ktcp_symlinks rule_for_links(const std::string& text) {
#define RULE(name, option)                                                                         \
    if (text == option)                                                                            \
        return KTCP_SYMLINKS_##name;
    KTCP_SYMLINKS(RULE)
#undef RULE
    throw std::runtime_error("symlinks=" + text + ": no such rule");
}

} // namespace

ServerSettings::ServerSettings(const Profile& profile, const DocumentTree& tree) : roots{nullptr} {
#define SET_DEFAULT(name, preset, least, most, unit, what) config.name = preset;
    KTCP_HTTP_LIMITS(SET_DEFAULT)
#undef SET_DEFAULT
    for (const auto& [name, value] : profile)
        set(name, value, tree);
    config.sites = sites_.data();
    config.site_count = static_cast<uint32_t>(sites_.size());
}

void ServerSettings::set(const std::string& name, const std::string& value,
                         const DocumentTree& tree) {
#define SET_LIMIT(limit, preset, least, most, unit, what)                                          \
    if (name == #limit) {                                                                          \
        config.limit = number(name, value, least, most);                                           \
        return;                                                                                    \
    }
    KTCP_HTTP_LIMITS(SET_LIMIT)
#undef SET_LIMIT
    if (name == "root") {
        config.has_root = value == "yes";
        roots[0] = config.has_root ? &tree : nullptr;
    } else if (name == "list_hidden") {
        config.list_hidden = number(name, value, 0, 1) != 0;
    } else if (name == "cache_control") {
        config.cache_control = texts_.emplace_back(value).c_str();
        if (!ktcp_http_is_field_value(config.cache_control))
            throw std::runtime_error("cache_control=" + value + " is no field value");
    } else if (name == "symlinks") {
        symlinks = rule_for_links(value);
    } else if (name == "host") {
        add_sites(value, tree);
    } else {
        throw std::runtime_error("the engine has no setting " + name);
    }
}

// "NAME={tree}.ROOT,NAME={tree}.ROOT": each has one of the tree's other roots.
void ServerSettings::add_sites(const std::string& list, const DocumentTree& tree) {
    static const std::string place = "{tree}.";
    std::istringstream in(list);
    for (std::string one; std::getline(in, one, ',');) {
        ktcp_http_site site{};
        const char* directory = nullptr;
        std::string& name = texts_.emplace_back(KTCP_HTTP_SITE_NAME_MAX, '\0');
        if (!ktcp_http_site_parse(one.c_str(), name.data(), &site, &directory))
            throw std::runtime_error("not a site: " + one);
        const std::string root = directory;
        auto other = root.starts_with(place) ? tree.others().find(root.substr(place.size()))
                                             : tree.others().end();
        if (other == tree.others().end())
            throw std::runtime_error("not {tree}.ROOT with a root of the tree's: " + root);
        roots.push_back(&other->second);
        site.root = static_cast<uint32_t>(roots.size() - 1);
        sites_.push_back(site);
    }
}

} // namespace ktcp::test
