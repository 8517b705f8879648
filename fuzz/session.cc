// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A whole HTTP connection, as both hosts drive it, with a client that knows what it may
// be answered.
#include "client/http_client.hh"
#include "draw.hh"
#include "drive.hh"

namespace {

using ktcp::fuzz::draw;
using ktcp::fuzz::Input;

constexpr ktcp_http_site sites[] = {
    {"site.test", 9, 1},
    {"*.wild.test", 11, 2},
    {"*.very.wild.test", 16, 3},
    {"[::1]", 5, 4},
};
const std::string long_value(KTCP_HTTP_VALUE_MAX, 'v');

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Input input(data, size);
    const uint8_t choice = input.decide(); // by default: a root, and all sites
    ktcp_http_config config = {};
#define KTCP_FUZZ_LIMIT(name, preset, least, most, unit, what)                                     \
    config.name = draw(input, preset, least, most);
    KTCP_HTTP_LIMITS(KTCP_FUZZ_LIMIT)
#undef KTCP_FUZZ_LIMIT
    config.has_root = (choice & 1) == 0;
    config.sites = sites;
    config.site_count = choice & 2 ? choice / 64u : 4;
    config.list_hidden = (choice & 4) != 0;
    config.cache_control = (choice & 24) == 8    ? "max-age=60"
                           : (choice & 24) == 16 ? long_value.c_str()
                                                 : nullptr;
    ktcp::fuzz::HttpClient client(config);
    const bool keeps = (choice & 32) != 0;
    ktcp::fuzz::Drive(ktcp_http_protocol, &config, input, client, keeps).run();
    return 0;
}
