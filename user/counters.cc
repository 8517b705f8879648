// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "counters.hh"

namespace ktcp::user {

namespace {

const char* const engine_names[] = {
#define KTCP_COUNTER_NAME(name) #name,
    KTCP_COUNTERS(KTCP_COUNTER_NAME)
#undef KTCP_COUNTER_NAME
};

const char* const host_names[] = {
#define KTCP_USER_COUNTER_NAME(name) #name,
    KTCP_USER_COUNTERS(KTCP_USER_COUNTER_NAME) KTCP_CACHE_COUNTERS(KTCP_USER_COUNTER_NAME)
#undef KTCP_USER_COUNTER_NAME
};

} // namespace

void Counters::merge(const Counters& other) noexcept {
    for (size_t i = 0; i < engine_.size(); ++i)
        engine_[i] += other.engine_[i].load(std::memory_order_relaxed);
    for (size_t i = 0; i < host_.size(); ++i)
        host_[i] += other.host_[i].load(std::memory_order_relaxed);
}

std::string Counters::describe() const {
    std::string line;
    auto append = [&line](const char* name, uint64_t value) {
        line += (line.empty() ? "" : " ") + std::string(name) + " " + std::to_string(value);
    };
    for (size_t i = 0; i < engine_.size(); ++i)
        append(engine_names[i], engine_[i].load(std::memory_order_relaxed));
    for (size_t i = 0; i < host_.size(); ++i)
        append(host_names[i], host_[i].load(std::memory_order_relaxed));
    return line;
}

} // namespace ktcp::user
