// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/acceptor.hh"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// An accept4 that finds nothing costs more than one that finds something (a socket is
// allocated first, and freed again). So one is tried in a round, and more only after
// listeners were ready for some rounds on end.
constexpr int most_per_round = 32;
constexpr int crowd_rounds = 4;
// How long accepting waits, if no connection ends before, when there is no room for
// another: the listeners would be ready all the time, and the loop would spin.
constexpr ktcp_time pause_time = 100 * KTCP_MILLISECOND;

} // namespace

Acceptor::Acceptor(Worker& worker, const std::vector<Descriptor>& listeners) : worker_(worker) {
    for (const Descriptor& listener : listeners)
        listeners_.push_back({listener.get(), 1});
}

void Acceptor::begin_round() noexcept {
    bool crowded = std::any_of(listeners_.begin(), listeners_.end(),
                               [](const Listener& listener) { return listener.left == 0; });
    if (!crowded) {
        per_round_ = 1;
        crowded_rounds_ = 0;
    } else if (++crowded_rounds_ % crowd_rounds == 0) {
        per_round_ = std::min(2 * per_round_, most_per_round);
    }
    for (Listener& listener : listeners_)
        listener.left = per_round_;
}

Client Acceptor::next(size_t i, uint32_t busy) noexcept {
    Listener& listener = listeners_[i];
    while (listener.left > 0 && !paused()) {
        if (busy >= worker_.service.max_connections) {
            pause();
            break;
        }
        int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EAGAIN)
            break;
        --listener.left;
        if (fd < 0)
            failed(errno);
        else if (Client client = admit(fd))
            return client;
    }
    return {};
}

Client Acceptor::admit(int fd) noexcept {
    if (!worker_.service.addresses) [[likely]]
        return {fd};
    AddressLimit::Place place = worker_.service.addresses->enter(fd, worker_.journal);
    if (place != AddressLimit::refused)
        return {fd, place};
    worker_.counters.add(count_refused);
    close(fd);
    return {};
}

// What is not listed here is a connection that died in the queue (accept(2)).
void Acceptor::failed(int error) noexcept {
    bool want = error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
    if (want && !make_room())
        pause();
}

// Files that are open for later can give way to a client that is here.
bool Acceptor::make_room() noexcept { return worker_.files && worker_.files->close_unused(); }

void Acceptor::pause() noexcept {
    resume_due_ = worker_.now.monotonic + pause_time;
    worker_.counters.add(count_accept_pauses);
}

} // namespace ktcp::user
