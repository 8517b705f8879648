// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A site that is configured is found by its name, and by no other.
#include "http/site.hh"
#include "http/authority.hh"
#include "require.hh"
#include "text.hh"

#include <algorithm>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    // "NAME=DIRECTORY", and then the host that a client asks for.
    const std::string option = text.substr(0, text.find('\n')).c_str();
    const std::string asked = text.substr(std::min(option.size() + 1, text.size()));

    ktcp_http_is_field_value(option.c_str());
    char name[KTCP_HTTP_SITE_NAME_MAX];
    ktcp_http_site site = {nullptr, 0, 7};
    const char* directory = nullptr;
    if (!ktcp_http_site_parse(option.c_str(), name, &site, &directory)) {
        check(!site.name && !directory, "set though it is no site", option);
        return 0;
    }
    const std::string found(site.name, site.name_size);
    check(site.name == name && !found.empty() && directory[0] != '\0', "a part is empty", option);
    check(found.size() + 1 + std::string_view(directory).size() == option.size(), "parts", option);
    for (size_t i = 0; i < found.size(); i++)
        check(found[i] == ascii::lower(option[i]), "the name", option);

    const ktcp_http_config config = [&] {
        ktcp_http_config one = {};
        one.sites = &site;
        one.site_count = 1;
        return one;
    }();
    uint32_t root = 0;
    const bool wild = found.starts_with("*.");
    const std::string host = wild ? 'a' + found.substr(1) : found;
    check(is_authority(test::bytes(host)), "a host that nobody can ask for", option);
    for (const std::string& spelled : {host, host + ":80", host.ends_with(']') ? host : host + '.'})
        check(find_root(config, host_of(test::bytes(spelled)), root) && root == 7, "its own name",
              spelled);
    if (is_authority(test::bytes(asked))) {
        const std::string other = test::text(host_of(test::bytes(asked)));
        const std::string_view end = std::string_view(found).substr(wild ? 1 : 0);
        const bool fits =
            other.size() >= end.size() + (wild ? 1 : 0) && (wild || other.size() == end.size()) &&
            ascii::equal_ignoring_case(test::bytes(other.substr(other.size() - end.size())),
                                       test::bytes(end));
        const bool same = ascii::equal_ignoring_case(test::bytes(other), test::bytes(found));
        check(find_root(config, test::bytes(other), root) == (fits || same), "another name", asked);
    }
    return 0;
}
