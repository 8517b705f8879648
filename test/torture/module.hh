// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A kernel module, loaded and unloaded by the system calls themselves: a program started for
// each would take longer than the lives that are wanted here.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "support/endpoint.hh"

namespace ktcp::test {

class Module {
public:
    // PATH/kecho.ko; throws if it cannot be opened.
    explicit Module(const std::string& file);
    ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    // Both return 0 or an errno.
    int load(const std::string& parameters) const;
    int unload() const;

    bool loaded() const;
    // Its counters by name; empty if it has none, or is not there.
    std::map<std::string, uint64_t> counters() const;
    const std::string& name() const { return name_; }

private:
    std::string name_;
    int fd_;
};

} // namespace ktcp::test
