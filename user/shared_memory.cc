// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "shared_memory.hh"

#include "start_error.hh"

#include <sys/mman.h>

namespace ktcp::user {

SharedMemory::SharedMemory(size_t size)
    : memory_(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
      size_(size) {
    if (memory_ == MAP_FAILED)
        throw StartError::with_errno("cannot map memory for the counters",
                                     "ask for less with --max-connections");
}

SharedMemory::~SharedMemory() { munmap(memory_, size_); }

} // namespace ktcp::user
