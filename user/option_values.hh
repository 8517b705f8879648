// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Values on a command line: what both programs' options are made of.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace ktcp::user {

// CLI11's own conversion would take 010 for eight and name the type, not the range.
CLI::Validator whole_number(uint64_t low, uint64_t high);

template <class T> CLI::Option* add_number(CLI::App& app, const std::string& name, T& value,
                                           uint64_t low, uint64_t high, const std::string& help) {
    return app.add_option(name, value, help)
        ->transform(whole_number(low, high))
        ->type_name("N")
        ->capture_default_str();
}

// A row of KTCP_HTTP_LIMITS (ktcp/http.h) or KTCP_HOST_LIMITS (ktcp/host.h).
struct Limit {
    const char* name;
    uint32_t preset, least, most;
    const char* unit;
    const char* what;
};

// head_timeout becomes --head-timeout.
std::string option_of(const char* name);
void add_limit(CLI::App& app, const Limit& limit, uint32_t& value);

} // namespace ktcp::user
