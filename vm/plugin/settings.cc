// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "settings.hh"

#include <charconv>
#include <string_view>

namespace ktcp::plugin {
namespace {

bool parse_number(std::string_view text, std::uint64_t& number) {
    int base = 10;
    if (text.starts_with("0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::string parse_settings(int argc, char** argv, Settings& settings) {
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const std::size_t equals = argument.find('=');
        if (equals == std::string_view::npos)
            return "argument '" + std::string(argument) + "' is not name=value";
        const std::string_view name = argument.substr(0, equals);
        const std::string_view value = argument.substr(equals + 1);

        if (name == "out") {
            settings.out = value;
        } else if (name == "profile") {
            settings.profile = value;
        } else if (name == "client") {
            settings.clients.emplace_back(value);
        } else {
            std::uint64_t number = 0;
            if (!parse_number(value, number))
                return "argument '" + std::string(argument) + "': not a number";
            if (name == "switch")
                settings.switch_to = number;
            else if (name == "softirq")
                settings.softirq.push_back(number);
            else if (name == "banner")
                settings.banner = number;
            else if (name == "receive")
                settings.receive = number;
            else if (name == "first_port")
                settings.first_port = number;
            else if (name == "last_port")
                settings.last_port = number;
            else if (name == "skb_data")
                settings.skb_data_offset = static_cast<std::int64_t>(number);
            else if (name == "comm")
                settings.comm_offset = static_cast<std::int64_t>(number);
            else if (name == "pid")
                settings.pid_offset = static_cast<std::int64_t>(number);
            else
                return "unknown argument '" + std::string(name) +
                       "'; known: out profile client switch softirq banner comm pid receive "
                       "skb_data first_port last_port";
        }
    }
    if (settings.clients.empty())
        settings.clients.emplace_back("htstress");
    if (settings.out.empty())
        return "out=FILE is missing";
    if (!settings.switch_to || settings.softirq.empty() || !settings.banner ||
        settings.comm_offset < 0 || settings.pid_offset < 0)
        return "switch=, softirq=, banner=, comm= and pid= are all needed (see "
               "lab/lib/guest_facts)";
    if (settings.receive &&
        (settings.skb_data_offset < 0 || settings.first_port > settings.last_port))
        return "receive= needs skb_data=, first_port= and last_port=";
    return {};
}

} // namespace ktcp::plugin
