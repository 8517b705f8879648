// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "blocks.hh"
#include "tasks.hh"

namespace ktcp::plugin {

// A call from a program or a module down into the kernel's core: by system call, or by calling
// one of its functions. Says what each costs with all that it calls in turn.
struct Call {
    std::uint64_t from = 0; // where it returns to; 0: the caller returned or was interrupted
    std::uint64_t at = 0;   // first address in the core
    Role role = Role::other;
    Level level = Level::task;
    struct Row {
        std::uint64_t instructions = 0;
        std::uint64_t times = 0;
    };
    // Each vCPU writes its own.
    std::array<Row, max_vcpus> rows{};
    Row base{}; // all rows added up, when the window began
};

class Calls {
public:
    Call& find(Role role, Level level, std::uint64_t from, std::uint64_t at);

    template <typename Visit> void for_each(Visit visit) {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, call] : calls_)
            visit(*call);
    }

private:
    struct Key {
        std::uint64_t from, at;
        Role role;
        Level level;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return (key.from * 0x9e3779b97f4a7c15 ^ key.at) +
                   static_cast<std::size_t>(key.role) * 3 + static_cast<std::size_t>(key.level);
        }
    };

    std::mutex mutex_;
    std::unordered_map<Key, std::unique_ptr<Call>, Hash> calls_;
};

} // namespace ktcp::plugin
