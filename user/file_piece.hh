// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A small piece of a file that is not kept in memory, on its way to a socket.
#pragma once

#include "ktcp/types.h"

namespace ktcp::user {

// A worker's one buffer for that: good until the next read().
class FilePiece {
public:
    // In front of the piece, for what is sent before it.
    static constexpr size_t headroom = 1024;

    FilePiece() noexcept {} // NOLINT(modernize-use-equals-default): what is not read yet is not set

    // Up to KTCP_BUFFER_SIZE bytes; nullptr if they cannot be had whole (the file has
    // become shorter).
    char* read(int fd, uint64_t offset, size_t size) noexcept;

private:
    alignas(64) char buffer_[headroom + KTCP_BUFFER_SIZE];
};

} // namespace ktcp::user
