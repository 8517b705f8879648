// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "tasks.hh"

namespace ktcp::plugin {

constexpr std::size_t max_vcpus = 8;

using Executions = std::array<std::uint64_t, role_count * level_count>;

// A translated block: what its execution callback needs, and how often it ran. Never freed,
// because translated code keeps pointers to it until QEMU ends.
struct Block {
    std::uint64_t vaddr = 0;
    std::uint64_t return_to = 0; // behind the call or system call that ends the block; 0 if none
    std::uint32_t instructions = 0;
    Region region = Region::user;
    bool softirq_entry = false;
    bool packet_entry = false;
    // Each vCPU writes its own row.
    std::array<Executions, max_vcpus> runs{};
    Executions base{}; // all rows added up, when the window began
};

constexpr std::size_t run_of(Role role, Level level) {
    return static_cast<std::size_t>(role) * level_count + static_cast<std::size_t>(level);
}

[[nodiscard]] Region region_of(std::uint64_t vaddr);
// Does the instruction call (directly, through a register or memory, or by syscall)?
[[nodiscard]] bool is_call(const unsigned char* bytes, std::size_t size);

// All blocks; the same code translated again is the same block.
class Blocks {
public:
    Block& find(std::uint64_t vaddr, std::uint32_t instructions, std::uint64_t return_to);

    template <typename Visit> void for_each(Visit visit) {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, block] : blocks_)
            visit(*block);
    }

private:
    struct Key {
        std::uint64_t vaddr;
        std::uint64_t return_to;
        std::uint32_t instructions;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return (key.vaddr * 0x9e3779b97f4a7c15 ^ key.return_to) + key.instructions;
        }
    };

    std::mutex mutex_;
    std::unordered_map<Key, std::unique_ptr<Block>, Hash> blocks_;
};

} // namespace ktcp::plugin
