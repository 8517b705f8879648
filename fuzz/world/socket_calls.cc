// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The same for sockets.
#include "world/calls.hh"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/tcp.h>
#include <netinet/in.h>

using namespace ktcp::fuzz;

namespace ktcp::fuzz {

ssize_t receive(int fd, void* data, size_t size, int flags) {
    auto* socket = world().find<Socket>(fd);
    check(socket, "recv of no socket", std::to_string(fd));
    if (world().fails(Call::receive))
        return -1;
    if (socket->client)
        world().log("  it receives from", socket->client->socket_number(), socket->in.size());
    if (!socket->in.empty()) {
        const size_t n = std::min(size, socket->in.size());
        if (!(flags & MSG_TRUNC))
            std::memcpy(data, socket->in.data(), n);
        socket->in.erase(0, n);
        world().moved(n);
        return static_cast<ssize_t>(n);
    }
    if (socket->reset && !socket->told_reset) {
        socket->told_reset = true;
        return failed(ECONNRESET);
    }
    if (socket->reset || socket->fin)
        return 0;
    return failed(EAGAIN);
}

namespace {

// How much can be sent; 0: errno says why not.
size_t room_for(Socket& socket, size_t size, Call call) {
    const bool fails = world().fails(call);
    if (fails && errno != EAGAIN)
        return 0;
    if (socket.reset || socket.shut) {
        errno = socket.reset && !socket.told_reset ? ECONNRESET : EPIPE;
        socket.told_reset = true;
        return 0;
    }
    const size_t n = fails ? 0 : std::min(size, socket.free_room());
    if (n < size) {
        socket.starved = true;
        if (fails && socket.out == 0) // there is room again when there is memory again
            world().later(socket);
    }
    if (n == 0)
        errno = EAGAIN;
    world().moved(n);
    if (socket.client)
        world().log("  it sends to", socket.client->socket_number(), n);
    return n;
}

} // namespace

ssize_t send_bytes(int fd, const iovec* pieces, size_t count, int flags) {
    auto* socket = world().find<Socket>(fd);
    check(socket, "send on no socket", std::to_string(fd));
    check(flags & MSG_NOSIGNAL, "a send that may raise SIGPIPE");
    std::string bytes;
    for (size_t i = 0; i < count; i++)
        bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    check(!bytes.empty(), "nothing is sent");
    bytes.resize(room_for(*socket, bytes.size(), Call::send));
    if (bytes.empty())
        return -1;
    if (socket->client)
        socket->client->sent(bytes);
    return static_cast<ssize_t>(bytes.size());
}

} // namespace ktcp::fuzz

KTCP_WRAP(int, socket, (int family, int type, int protocol)) {
    if (!World::current)
        return __real_socket(family, type, protocol);
    if (world().fails(Call::start))
        return -1;
    return world().add(std::make_shared<Listener>());
}

KTCP_WRAP(int, bind, (int fd, const sockaddr* address, socklen_t size)) {
    if (!World::ours(fd))
        return __real_bind(fd, address, size);
    return world().fails(Call::start) ? -1 : 0;
}

KTCP_WRAP(int, listen, (int fd, int backlog)) {
    if (!World::ours(fd))
        return __real_listen(fd, backlog);
    if (world().fails(Call::start))
        return -1;
    auto* listener = world().find<Listener>(fd);
    listener->listening = true;
    world().listener = std::static_pointer_cast<Listener>(world().object(fd));
    return 0;
}

KTCP_WRAP(int, getsockname, (int fd, sockaddr* address, socklen_t* size)) {
    if (!World::ours(fd))
        return __real_getsockname(fd, address, size);
    auto* own = reinterpret_cast<sockaddr_in6*>(address);
    *own = {};
    own->sin6_family = AF_INET6;
    own->sin6_port = htons(8081);
    *size = sizeof *own;
    return 0;
}

KTCP_WRAP(int, getpeername, (int fd, sockaddr* address, socklen_t* size)) {
    if (!World::ours(fd))
        return __real_getpeername(fd, address, size);
    auto* socket = world().find<Socket>(fd);
    if (socket->reset)
        return failed(ENOTCONN);
    auto* peer = reinterpret_cast<sockaddr_in6*>(address);
    *peer = {};
    peer->sin6_family = AF_INET6;
    peer->sin6_addr.s6_addr[0] = 0x20;
    peer->sin6_addr.s6_addr[7] = socket->client->address % 4;
    *size = sizeof *peer;
    return 0;
}

KTCP_WRAP(int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags)) {
    if (!World::ours(fd))
        return __real_accept4(fd, address, size, flags);
    auto* listener = world().find<Listener>(fd);
    check(listener && (flags & SOCK_NONBLOCK) && (flags & SOCK_CLOEXEC), "accept4");
    if (listener->shut)
        return failed(EINVAL);
    if (listener->queue.empty())
        return failed(EAGAIN);
    if (world().fails(Call::accept)) {
        if (errno == ECONNABORTED || errno == EPROTO) { // that one has gone
            listener->queue.front()->excused = true;
            listener->queue.front()->closed(true);
            listener->queue.pop_front();
        }
        return -1;
    }
    Client* client = listener->queue.front();
    const int accepted = world().add(client->socket);
    if (accepted < 0)
        return -1;
    listener->queue.pop_front();
    client->accepted = true;
    client->since = world().now;
    world().progress();
    return accepted;
}

KTCP_WRAP(int, shutdown, (int fd, int how)) {
    if (!World::ours(fd))
        return __real_shutdown(fd, how);
    if (auto* listener = world().find<Listener>(fd)) {
        listener->shut = true;
        return 0;
    }
    auto* socket = world().find<Socket>(fd);
    check(socket && how == SHUT_WR, "shutdown");
    if (socket->shut)
        return 0; // a second time changes nothing
    if (socket->reset)
        return failed(ENOTCONN);
    socket->shut = true;
    if (socket->client)
        socket->client->shut_down();
    world().progress();
    return 0;
}

KTCP_WRAP(ssize_t, recv, (int fd, void* data, size_t size, int flags)) {
    return World::ours(fd) ? receive(fd, data, size, flags) : __real_recv(fd, data, size, flags);
}

KTCP_WRAP(ssize_t, sendmsg, (int fd, const msghdr* message, int flags)) {
    return World::ours(fd) ? send_bytes(fd, message->msg_iov, message->msg_iovlen, flags)
                           : __real_sendmsg(fd, message, flags);
}

KTCP_WRAP(ssize_t, sendfile, (int fd, int from, off_t* offset, size_t size)) {
    if (!World::ours(fd))
        return __real_sendfile(fd, from, offset, size);
    auto* socket = world().find<Socket>(fd);
    const auto* memory = world().find<Memory>(from);
    const auto* file = world().find<File>(from);
    check(socket && (memory || (file && !file->path_only)), "sendfile");
    const uint64_t whole = memory ? memory->size : file->node->size();
    const auto at = static_cast<uint64_t>(*offset);
    const size_t left = at < whole ? static_cast<size_t>(std::min<uint64_t>(size, whole - at)) : 0;
    if (left == 0)
        return world().fails(Call::sendfile) ? -1 : 0;
    const size_t n = room_for(*socket, left, Call::sendfile);
    if (n == 0)
        return -1;
    const std::string bytes = memory                ? std::string(memory->bytes + at, n)
                              : file->node->content ? file->node->content->substr(at, n)
                                                    : std::string(n, 'b');
    if (socket->client)
        socket->client->sent(bytes);
    *offset += static_cast<off_t>(n);
    return static_cast<ssize_t>(n);
}

KTCP_WRAP(int, setsockopt, (int fd, int level, int name, const void* value, socklen_t size)) {
    if (!World::ours(fd))
        return __real_setsockopt(fd, level, name, value, size);
    if (world().fails(Call::setsockopt))
        return -1;
    if (auto* socket = world().find<Socket>(fd); socket && level == SOL_SOCKET && name == SO_LINGER)
        socket->resets_on_close = static_cast<const linger*>(value)->l_linger == 0;
    return 0;
}

KTCP_WRAP(int, getsockopt, (int fd, int level, int name, void* value, socklen_t* size)) {
    if (!World::ours(fd))
        return __real_getsockopt(fd, level, name, value, size);
    if (world().fails(Call::getsockopt))
        return -1;
    auto* socket = world().find<Socket>(fd);
    check(socket && level == IPPROTO_TCP && name == TCP_INFO && *size == sizeof(tcp_info),
          "getsockopt");
    static_cast<tcp_info*>(value)->tcpi_bytes_acked = socket->acknowledged;
    return 0;
}
