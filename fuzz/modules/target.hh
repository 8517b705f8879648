// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One module under test, as an input reaches it.
#pragma once

#include "input.hh"

#include <memory>
#include <string>

namespace ktcp::fuzz {

// All at once, and all else by default: the zero at the end of a literal says so (input.hh).
template <size_t size> Input input_of(const char (&text)[size]) {
    return {reinterpret_cast<const uint8_t*>(text), size};
}

class ModuleTarget {
public:
    virtual ~ModuleTarget() = default;
    virtual void run(Input input) = 0;
    // Something simple that must always work; a fault ends the run (require.hh).
    virtual void probe() = 0;
    // Is the module's code run by the task that calls it?
    virtual bool runs_in_caller() const { return false; }
};

// khttpd.ko at an address, whose WWWROOT is `root`.
std::unique_ptr<ModuleTarget> http_target(const std::string& address, const std::string& root);
// kecho.ko at an address.
std::unique_ptr<ModuleTarget> echo_target(const std::string& address);
// drop-tcp-socket.ko by its file.
std::unique_ptr<ModuleTarget> pairs_target(const std::string& file);

} // namespace ktcp::fuzz
