// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The verdicts, and what is done without moving bytes; transfer.cc moves bytes.
#include "connection.hh"

#include <cerrno>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// About a tick of the clock by which file systems date changes.
constexpr ktcp_time retry_time = 5 * KTCP_MILLISECOND;

} // namespace

void reset_at_close(int socket) noexcept {
    const linger reset = {1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void Connection::open() noexcept {
    verdict_ = protocol().open(session(), host(), worker_.service.config, now());
}

// The session first: it gives back its buffers and its resource through this.
void Connection::close() noexcept {
    protocol().close(session());
    if (resource_)
        release_resource();
    if (verdict_ == KTCP_ABORT) {
        reset_at_close(fd_);
        worker_.counters.add(count_aborted);
    } else if (held_back_) {
        // Before close(), which would drop what is held back, and reset the
        // connection, if the peer has sent something that was not read.
        shutdown(fd_, SHUT_WR);
        if (readable_)
            recv(fd_, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);
    }
    ::close(fd_);
}

Progress Connection::drive() noexcept {
    for (int left = budget;;) {
        if (drain_wanted_ && may_interrupt()) [[unlikely]] {
            drain_wanted_ = false;
            verdict_ = protocol().drain(session(), now());
        }
        bool sends = false;
        switch (verdict_) {
        case KTCP_WANT_RECEIVE:
            // After FIN nothing can come that such a session still waits for.
            if (input_ended_)
                return Progress::ended;
            if (!readable_)
                return Progress::waiting;
            break;
        case KTCP_WANT_SEND:
            if (!writable_)
                return Progress::waiting;
            sends = true;
            break;
        case KTCP_WANT_BOTH:
            sends = writable_;
            if (!sends && (!readable_ || input_ended_))
                return Progress::waiting;
            break;
        case KTCP_WANT_RESOURCE:
            if (worker_.gathering)
                return Progress::again;
            break;
        case KTCP_WANT_ENTRIES:
            break;
        case KTCP_SHUTDOWN:
            shutdown(fd_, SHUT_WR);
            verdict_ = KTCP_WANT_RECEIVE;
            continue;
        case KTCP_CLOSE:
        case KTCP_ABORT:
            return Progress::ended;
        }
        if (left <= 0)
            return Progress::again;
        left -= verdict_ == KTCP_WANT_ENTRIES ? 1 : io_cost;
        if (verdict_ == KTCP_WANT_RESOURCE) {
            if (!look_up()) [[unlikely]]
                return put_off_ ? Progress::waiting : Progress::again;
        } else if (verdict_ == KTCP_WANT_ENTRIES)
            next_entry();
        else if (sends)
            send();
        else
            receive();
    }
}

void Connection::expire() noexcept {
    if (put_off_) {
        put_off_ = false;
        return;
    }
    tcp_info info = {};
    socklen_t size = sizeof info;
    // Of a socket that is no TCP socket nothing is known, and nothing is acknowledged.
    getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size);
    verdict_ = protocol().expired(session(), info.tcpi_bytes_acked, now());
}

// False: it has not been answered yet.
bool Connection::look_up() noexcept {
    ktcp_resource_request request = protocol().resource_request(session());
    ktcp_resource answer = {};
    Found found = worker_.files->acquire(request, quest_, answer, resource_);
    put_off_ = found == Found::later;
    if (put_off_)
        worker_.deadlines.update(*this, worker_.now.monotonic + retry_time);
    if (found != Found::answered) [[unlikely]]
        return false;
    quest_ = {};
    unsendable_ = false;
    verdict_ = protocol().resource(session(), &answer, now());
    return true;
}

void Connection::release_resource() noexcept {
    directory_.reset();
    worker_.files->release(*resource_);
    resource_ = nullptr;
}

void Connection::next_entry() noexcept {
    if (!directory_)
        directory_ =
            Directory::open(resource_->content->fd(), resource_->answer->path_text(),
                            *worker_.service.roots->find(resource_->answer->root), worker_.buffers);
    ktcp_entry entry = {};
    auto step = directory_ ? directory_->next(entry) : Directory::Step::failed;
    if (step == Directory::Step::entry) {
        verdict_ = protocol().entry(session(), &entry, now());
        return;
    }
    const ktcp_resource_status end =
        step == Directory::Step::end ? KTCP_RESOURCE_DIRECTORY : resource_status_of(errno);
    directory_.reset();
    verdict_ = protocol().end_of_entries(session(), end, now());
}

} // namespace ktcp::user
