// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the files that define the system's calls share.
#pragma once

#include "world/world.hh"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

// The linker binds calls of `name` to __wrap_name, and __real_name to what they were.
#define KTCP_WRAP(result, name, parameters)                                                        \
    extern "C" result __real_##name parameters;                                                    \
    extern "C" result __wrap_##name parameters;                                                    \
    extern "C" result __wrap_##name parameters

namespace ktcp::fuzz {

inline World& world() { return *World::current; }
int failed(int error); // -1
// "/proc/self/fd/N", or "/proc/self/fd/N/NAME"; nullptr: there is none.
NodeRef by_own_path(std::string_view path);
int open_beneath(int fd, const char* path, const open_how& how);

ssize_t receive(int fd, void* data, size_t size, int flags);
ssize_t send_bytes(int fd, const iovec* pieces, size_t count, int flags);

} // namespace ktcp::fuzz
