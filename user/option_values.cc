// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "option_values.hh"

#include <algorithm>

namespace ktcp::user {

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

std::string option_of(const char* name) {
    std::string option = std::string("--") + name;
    std::replace(option.begin(), option.end(), '_', '-');
    return option;
}

void add_limit(CLI::App& app, const Limit& limit, uint32_t& value) {
    value = limit.preset;
    add_number(app, option_of(limit.name), value, limit.least, limit.most,
               std::string(limit.unit) + ": " + limit.what);
}

} // namespace ktcp::user
