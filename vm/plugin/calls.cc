// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "calls.hh"

namespace ktcp::plugin {

Call& Calls::find(Role role, Level level, std::uint64_t from, std::uint64_t at) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Call>& call = calls_[Key{from, at, role, level}];
    if (!call) {
        call = std::make_unique<Call>();
        call->from = from;
        call->at = at;
        call->role = role;
        call->level = level;
    }
    return *call;
}

} // namespace ktcp::plugin
