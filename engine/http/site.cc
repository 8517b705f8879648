// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/site.hh"

#include "base/ascii.hh"
#include "http/authority.hh"
#include "http/field.hh"

namespace ktcp::http {
namespace {

bool is_wildcard(Bytes name) { return name.starts_with("*."_b); }

// "*.example.org" stands for all names below example.org, at any depth, but not for
// example.org itself.
bool is_below(Bytes host, Bytes wildcard) {
    const Bytes suffix = wildcard.from(1); // with its dot
    return host.size > suffix.size &&
           ascii::equal_ignoring_case(host.from(host.size - suffix.size), suffix);
}

} // namespace

Bytes host_of(Bytes authority) {
    size_t n = 0;
    // The colons of an IP literal are within its brackets.
    if (!authority.empty() && authority[0] == '[')
        while (n < authority.size && authority[n] != ']')
            n++;
    while (n < authority.size && authority[n] != ':')
        n++;
    if (n > 1 && authority[n - 1] == '.')
        n--;
    return authority.first(n);
}

bool find_root(const ktcp_http_config& config, Bytes host, uint32_t& root) {
    size_t best = 0;
    for (uint32_t i = 0; i < config.site_count; i++) {
        const ktcp_http_site& site = config.sites[i];
        const Bytes name(site.name, site.name_size);
        if (ascii::equal_ignoring_case(host, name)) {
            root = site.root;
            return true;
        }
        if (name.size > best && is_wildcard(name) && is_below(host, name)) {
            best = name.size;
            root = site.root;
        }
    }
    if (best != 0)
        return true;
    root = 0;
    return config.has_root;
}

} // namespace ktcp::http

bool ktcp_http_is_field_value(const char* text) {
    using namespace ktcp;
    const Bytes value = bytes_of(text);
    // White space at either end is not part of a value (RFC 9110 section 5.5).
    return !value.empty() && value.size <= KTCP_HTTP_VALUE_MAX && http::trim(value) == value &&
           http::is_field_value(value);
}

bool ktcp_http_site_parse(const char* text, char* name, ktcp_http_site* site,
                          const char** directory) {
    using namespace ktcp;
    const Bytes whole = bytes_of(text);
    size_t n = 0;
    while (n < whole.size && whole[n] != '=')
        n++;
    const Bytes given = whole.first(n);
    // A name that Host cannot have, or that host_of() would change, is never found.
    const bool wildcard = http::is_wildcard(given);
    const Bytes plain = wildcard ? given.from(2) : given;
    if (plain.empty() || (wildcard && (plain[0] == '.' || plain[0] == '[')) ||
        given.size > KTCP_HTTP_SITE_NAME_MAX || n + 1 >= whole.size || !http::is_authority(plain) ||
        http::host_of(plain) != plain)
        return false;
    for (size_t i = 0; i < given.size; i++)
        name[i] = ascii::lower(given[i]);
    site->name = name;
    site->name_size = static_cast<uint32_t>(given.size);
    *directory = text + n + 1;
    return true;
}
