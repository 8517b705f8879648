// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The part of Connection that moves bytes between socket, session and file. One
// system call a step; what it moved is told to the session before the next.
#include "connection.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// As much of a file as is handed to TCP at once: a reader that keeps up with us must
// not keep the other connections of this thread waiting.
constexpr uint64_t sendfile_max = 1024 * 1024;

// The bare calls: where a process has several threads, the C library's wrappers make
// ready for each to be cancelled, which costs a small echo half a percent.
ssize_t receive_from(int fd, void* data, size_t size) {
    return syscall(SYS_recvfrom, fd, data, size, 0, nullptr, nullptr);
}
ssize_t send_to(int fd, const void* data, size_t size, int flags) {
    return syscall(SYS_sendto, fd, data, size, flags, nullptr, 0);
}

// The peer has ended the connection, or cannot be reached: there is no one to reset.
bool peer_gone(int error) {
    return error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == EHOSTUNREACH ||
           error == ENETUNREACH;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

} // namespace

void Connection::receive() noexcept {
    ktcp_space space = protocol().receive_space(session());
    if (!space.data || space.size == 0) [[unlikely]] {
        verdict_ = KTCP_ABORT;
        return;
    }
    ssize_t n = worker_.delivery ? worker_.delivery->take(space)
                                 : receive_from(fd_, space.data, space.size);
    if (n > 0) [[likely]] {
        // A short read has emptied the socket, and whatever comes next will be
        // announced again: no second call just to hear EAGAIN.
        if (static_cast<size_t>(n) < space.size && !to_the_end_)
            readable_ = false;
        worker_.input_arrived();
        verdict_ = protocol().received(session(), static_cast<size_t>(n), now());
        return;
    }
    int error = n == 0 ? 0 : errno;
    if (error == EINTR)
        return;
    readable_ = false;
    verdict_ = protocol().received(session(), 0, now());
    if (n == 0) {
        input_ended_ = true;
        verdict_ = protocol().end_of_input(session(), now());
    } else if (!would_block(error)) {
        verdict_ = peer_gone(error) ? KTCP_CLOSE : KTCP_ABORT;
    }
}

void Connection::send() noexcept {
    ktcp_segment segments[KTCP_SEGMENTS_MAX];
    unsigned count = protocol().output(session(), segments);
    if (count == 1 && segments[0].data) {
        iovec piece = {const_cast<void*>(segments[0].data), segments[0].size};
        transmit(&piece, 1, false);
    } else if (resource_ && resource_->content->has_headroom()) [[likely]] {
        send_kept(segments, count);
    } else if (!segments[0].data && segments[0].size > KTCP_BUFFER_SIZE && !unsendable_) {
        send_file(segments[0]);
    } else {
        send_pieces(segments, count);
    }
}

// All of it lies in memory: one call. A head goes into the room before the content: one
// piece is cheaper for the kernel than a list of two.
void Connection::send_kept(const ktcp_segment* segments, unsigned count) noexcept {
    char* bytes = resource_->content->bytes();
    iovec pieces[KTCP_SEGMENTS_MAX];
    if (count == 2 && segments[0].data && !segments[1].data && segments[1].offset == 0 &&
        segments[0].size <= Content::headroom) [[likely]] {
        pieces[0] = {bytes - segments[0].size, segments[0].size + segments[1].size};
        std::memcpy(pieces[0].iov_base, segments[0].data, segments[0].size);
        transmit(pieces, 1, false);
        return;
    }
    for (unsigned i = 0; i < count; ++i)
        pieces[i] = {segments[i].data ? const_cast<void*>(segments[i].data)
                                      : bytes + segments[i].offset,
                     segments[i].size};
    transmit(pieces, count, false);
}

// Sends the segments up to the first that is left to sendfile, in one call: a head
// and a small body leave in one packet.
void Connection::send_pieces(const ktcp_segment* segments, unsigned count) noexcept {
    iovec pieces[KTCP_SEGMENTS_MAX];
    unsigned used = 0, taken = 0;
    bool read = false, whole = true;
    for (; taken < count && whole; ++taken) {
        const ktcp_segment& segment = segments[taken];
        if (segment.data) {
            pieces[used++] = {const_cast<void*>(segment.data), segment.size};
            continue;
        }
        whole = segment.size <= KTCP_BUFFER_SIZE;
        if (read || (!whole && !unsendable_))
            break;
        size_t size = whole ? segment.size : KTCP_BUFFER_SIZE;
        char* body = resource_ ? worker_.piece.read(resource_->content->fd(), segment.offset, size)
                               : nullptr;
        if (!body) {
            verdict_ = protocol().resource_failed(session());
            return;
        }
        read = true;
        if (used == 1 && pieces[0].iov_len <= FilePiece::headroom) {
            body -= pieces[0].iov_len;
            std::memcpy(body, pieces[0].iov_base, pieces[0].iov_len);
            size += pieces[0].iov_len;
            used = 0;
        }
        pieces[used++] = {body, size};
    }
    transmit(pieces, used, taken < count || !whole);
}

void Connection::transmit(iovec* pieces, unsigned count, bool more) noexcept {
    if (more)
        cork(true);
    // The last bytes wait for the FIN that follows them, and travel with it.
    bool last = !more && ends_after_output();
    held_back_ |= last;
    transmit_now(pieces, count, MSG_NOSIGNAL | (last ? MSG_MORE : 0));
    if (!more && !last)
        cork(false);
}

void Connection::transmit_now(iovec* pieces, unsigned count, int flags) noexcept {
    if (count == 1) {
        sent(send_to(fd_, pieces[0].iov_base, pieces[0].iov_len, flags), pieces[0].iov_len);
        return;
    }
    size_t wanted = 0;
    for (unsigned i = 0; i < count; ++i)
        wanted += pieces[i].iov_len;
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = count;
    sent(sendmsg(fd_, &message, flags), wanted);
}

// While corked, TCP sends full segments only: not the head alone, and not what is
// left over each time that sendfile comes to the end of its batch of pages (for which
// MSG_MORE, per call, is not enough: a fifth more instructions for a megabyte).
void Connection::cork(bool on) noexcept {
    if (corked_ == on)
        return;
    int value = on;
    setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
    corked_ = on;
}

void Connection::send_file(const ktcp_segment& segment) noexcept {
    auto offset = static_cast<off_t>(segment.offset);
    size_t wanted = std::min(segment.size, sendfile_max);
    ssize_t n = sendfile(fd_, resource_->content->fd(), &offset, wanted);
    if (n > 0) {
        if (static_cast<uint64_t>(n) == segment.size) {
            if (ends_after_output())
                held_back_ = true;
            else
                cork(false);
        }
        // Short for many reasons, not all of which promise to announce that the
        // socket has room again; the next call tells.
        verdict_ = protocol().sent(session(), static_cast<uint64_t>(n), now());
    } else if (n == 0 || errno == EIO) {
        // The file has become shorter than the session was told, or its disk failed.
        verdict_ = protocol().resource_failed(session());
    } else if (errno == EINVAL || errno == ENOSYS) {
        unsendable_ = true; // a file system without splice: copy instead
    } else {
        sent(n, wanted);
    }
}

// What send or sendfile returned, with its errno.
void Connection::sent(ssize_t n, size_t wanted) noexcept {
    if (n > 0) [[likely]] {
        // A short send has filled the socket, which will announce when it has room.
        if (static_cast<size_t>(n) < wanted)
            writable_ = false;
        verdict_ = protocol().sent(session(), static_cast<uint64_t>(n), now());
    } else if (would_block(errno)) {
        writable_ = false;
    } else if (errno != EINTR) {
        // After a FIN what has been sent by now could look like all of it.
        verdict_ = peer_gone(errno) ? KTCP_CLOSE : KTCP_ABORT;
    }
}

} // namespace ktcp::user
