// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a kernel module has run for one input, by KCOV, as counters that libFuzzer
// understands (its "extra counters").
#pragma once

#include <cstddef>
#include <cstdint>

namespace ktcp::fuzz {

class Coverage {
public:
    // Whose code counts: the calling task's own system calls, or what kernel/core/coverage.h
    // marks.
    enum class Of { this_task, clients };

    // Without KCOV (CONFIG_KCOV, debugfs, root) inputs are tried blindly: enabled() says so.
    explicit Coverage(Of of);
    ~Coverage();
    Coverage(const Coverage&) = delete;
    Coverage& operator=(const Coverage&) = delete;

    bool enabled() const { return area_ != nullptr; }
    void begin();
    void end(); // into the counters

private:
    int fd_ = -1;
    uint64_t* area_ = nullptr; // how many addresses there are; then these
};

} // namespace ktcp::fuzz
