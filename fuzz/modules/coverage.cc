// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "modules/coverage.hh"

#include <algorithm>
#include <fcntl.h>
#include <linux/kcov.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ktcp::fuzz {
namespace {

constexpr size_t area_words = 1 << 17;
constexpr uint32_t handle = 0x6b746370; // KTCP_COVERAGE_HANDLE

// libFuzzer looks at this section after each run, and clears it before.
constexpr size_t counter_count = 1 << 16;
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t counters[counter_count];

} // namespace

Coverage::Coverage(Of of) : fd_(open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || ioctl(fd_, KCOV_INIT_TRACE, area_words) != 0)
        return;
    void* area =
        mmap(nullptr, area_words * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (area == MAP_FAILED)
        return;
    kcov_remote_arg remote = {};
    remote.trace_mode = KCOV_TRACE_PC;
    remote.area_size = area_words / 4; // of one worker, or one softirq
    remote.common_handle = kcov_remote_handle(KCOV_SUBSYSTEM_COMMON, handle);
    if (of == Of::clients ? ioctl(fd_, KCOV_REMOTE_ENABLE, &remote) == 0
                          : ioctl(fd_, KCOV_ENABLE, KCOV_TRACE_PC) == 0)
        area_ = static_cast<uint64_t*>(area);
    else
        munmap(area, area_words * sizeof(uint64_t));
}

Coverage::~Coverage() {
    if (area_) {
        ioctl(fd_, KCOV_DISABLE, 0);
        munmap(area_, area_words * sizeof(uint64_t));
    }
    if (fd_ >= 0)
        close(fd_);
}

void Coverage::begin() {
    if (area_)
        __atomic_store_n(area_, uint64_t{0}, __ATOMIC_RELEASE);
}

void Coverage::end() {
    if (!area_)
        return;
    const uint64_t count =
        std::min<uint64_t>(__atomic_load_n(area_, __ATOMIC_ACQUIRE), area_words - 1);
    for (uint64_t i = 1; i <= count; i++) {
        // Addresses of calls, a few bytes apart: a multiplication spreads them.
        uint8_t& counter = counters[area_[i] * 0x9e3779b97f4a7c15u >> 48];
        counter += counter != UINT8_MAX;
    }
}

} // namespace ktcp::fuzz
