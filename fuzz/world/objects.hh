// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the descriptors of the server target stand for.
#pragma once

#include "world/tree.hh"

#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace ktcp::fuzz {

class Client;

struct Object {
    virtual ~Object() = default;
    // What epoll, poll and select would say of it: EPOLL bits.
    virtual uint32_t ready() const { return 0; }
    virtual bool stream() const { return false; }
};
using ObjectRef = std::shared_ptr<Object>;

struct Listener : Object {
    std::deque<Client*> queue;
    bool listening = false, shut = false;

    uint32_t ready() const override {
        return (listening && !queue.empty() ? EPOLLIN : 0u) | (shut ? EPOLLHUP | EPOLLIN : 0u);
    }
};

// The server's end of a connection.
struct Socket : Object {
    static constexpr size_t capacity = 64 * 1024; // of what waits to be sent

    std::string in;         // from the client, not yet received
    size_t out = 0;         // sent, and not yet taken by the client
    size_t room = capacity; // what the client lets in now, at most
    uint64_t acknowledged = 0;
    bool fin = false;   // from the client, behind `in`
    bool reset = false; // by the client
    bool told_reset = false;
    bool shut = false;    // by the server
    bool starved = false; // a send found too little room: it is to be told when there is some
    bool resets_on_close = false;
    Client* client = nullptr;

    size_t free_room() const { return room > out ? room - out : 0; }
    uint32_t ready() const override;
    bool stream() const override { return true; }
};

struct Epoll : Object {
    struct Item {
        int fd;
        std::weak_ptr<Object> object;
        epoll_event event;
        bool queued; // something has happened since it was last reported
    };
    std::vector<Item> items;
};

struct Bell : Object { // eventfd
    uint64_t count = 0;
    uint32_t ready() const override { return count ? EPOLLIN : 0u; }
};

struct Alarm : Object { // timerfd
    uint64_t due = 0;   // 0: none
    bool rang = false;
    uint32_t ready() const override { return rang ? EPOLLIN : 0u; }
};

struct File : Object {
    NodeRef node;
    bool path_only = false;
    bool leased = false;
    bool listed = false;
    std::vector<std::pair<std::string, NodeRef>> left; // of a directory that is being read
};

struct OwnFiles : Object {}; // /proc/self/fd

struct Inotify : Object {
    explicit Inotify(Tree& its) : tree(its) { tree.listeners.push_back(&watches); }
    ~Inotify() override { std::erase(tree.listeners, &watches); }
    Inotify(const Inotify&) = delete;
    Inotify& operator=(const Inotify&) = delete;

    Tree& tree;
    Watches watches;
};

struct Memory : Object { // memfd
    size_t size = 0;
    const char* bytes = nullptr; // once it is mapped
};

} // namespace ktcp::fuzz
