// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Memory that a process shares with the children that it will fork, at the same address.
#pragma once

#include <cstddef>

namespace ktcp::user {

// Zeroed pages; they cost nothing until they are written to. An owner of them, like
// Descriptor; the children's copies of the owner must not be destroyed.
class SharedMemory {
public:
    explicit SharedMemory(size_t size); // throws StartError
    ~SharedMemory();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    void* get() const { return memory_; }

private:
    void* memory_;
    size_t size_;
};

} // namespace ktcp::user
