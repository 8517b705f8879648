// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The echo server of the textbooks, for comparison: one thread, level-triggered epoll, one read and
// one write an event. It shares nothing with user-echo-server on purpose.
//
// Correct all the same: what could not be written at once waits in the connection's buffer, and
// nothing more is read from that client until it is gone.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int backlog = 4096;

struct Connection {
    int fd;
    std::size_t begin = 0, end = 0; // of what waits to be written
    std::array<char, 8192> buffer;
};

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on(unsigned short port) {
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    const int off = 0;
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_any;
    address.sin6_port = htons(port);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        listen(fd, backlog) < 0)
        give_up("plain-epoll-echo: listen");
    return fd;
}

void watch(int epoll, int operation, Connection* connection, int fd, unsigned events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = connection;
    if (epoll_ctl(epoll, operation, fd, &event) < 0)
        give_up("plain-epoll-echo: epoll_ctl");
}

// False: the connection is over.
bool serve(int epoll, Connection& c) {
    const bool had_rest = c.begin < c.end;
    if (!had_rest) {
        const ssize_t n = read(c.fd, c.buffer.data(), c.buffer.size());
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        c.begin = 0;
        c.end = static_cast<std::size_t>(n);
    }
    const ssize_t n = write(c.fd, c.buffer.data() + c.begin, c.end - c.begin);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (n > 0)
        c.begin += static_cast<std::size_t>(n);
    const bool has_rest = c.begin < c.end;
    if (has_rest != had_rest)
        watch(epoll, EPOLL_CTL_MOD, &c, c.fd, has_rest ? EPOLLOUT : EPOLLIN);
    return true;
}

} // namespace

int main(int argc, char** argv) {
    char* end = nullptr;
    const unsigned long port = argc == 2 ? std::strtoul(argv[1], &end, 10) : 0;
    if (port < 1 || port > 65535 || *end != '\0') {
        std::fprintf(stderr, "usage: plain-epoll-echo PORT\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    const int listener = listen_on(static_cast<unsigned short>(port));
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        give_up("plain-epoll-echo: epoll_create1");
    watch(epoll, EPOLL_CTL_ADD, nullptr, listener, EPOLLIN);

    std::array<epoll_event, 256> events;
    for (;;) {
        const int n = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        if (n < 0 && errno != EINTR)
            give_up("plain-epoll-echo: epoll_wait");
        for (int i = 0; i < n; ++i) {
            auto* c = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (!c) {
                const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (fd >= 0)
                    watch(epoll, EPOLL_CTL_ADD, new Connection{.fd = fd, .buffer = {}}, fd,
                          EPOLLIN);
            } else if (!serve(epoll, *c)) {
                close(c->fd);
                delete c;
            }
        }
    }
}
