// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_piece.hh"

#include <cerrno>
#include <unistd.h>

namespace ktcp::user {

char* FilePiece::read(int fd, uint64_t offset, size_t size) noexcept {
    char* piece = buffer_ + headroom;
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, piece + done, size - done, static_cast<off_t>(offset + done));
        if (n == 0 || (n < 0 && errno != EINTR))
            return nullptr;
        if (n > 0)
            done += static_cast<size_t>(n);
    }
    return piece;
}

} // namespace ktcp::user
