// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ktcp::plugin {

// The plugin's arguments (name=value, all of them facts about the guest's kernel that lab/lib
// finds out); read-only after loading.
struct Settings {
    std::string out;                    // one JSON object a window is appended here
    std::string profile;                // prefix of the per-window profiles; empty: none
    std::vector<std::string> clients;   // names of the tasks that make the load
    std::uint64_t switch_to = 0;        // address of __switch_to_asm
    std::vector<std::uint64_t> softirq; // entry addresses of the softirq loop
    std::uint64_t banner = 0;           // address of linux_banner: to check the memory's base
    std::uint64_t receive = 0;          // address of __netif_receive_skb_one_core; 0: don't look
    std::uint64_t first_port = 1;       // the servers' ports
    std::uint64_t last_port = 0;
    std::int64_t skb_data_offset = -1; // in sk_buff
    std::int64_t comm_offset = -1;     // in task_struct
    std::int64_t pid_offset = -1;
};

// Returns what is wrong, or an empty string.
[[nodiscard]] std::string parse_settings(int argc, char** argv, Settings& settings);

} // namespace ktcp::plugin
