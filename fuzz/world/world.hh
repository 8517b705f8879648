// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Everything outside the server's process, for one run of the server target: time, the
// system's calls (calls.cc), the file system, the network and the clients. The input says
// what happens and when; nothing happens but while the server calls.
#pragma once

#include "input.hh"
#include "require.hh"
#include "world/client.hh"

#include "ktcp/host.h"
#include "ktcp/http.h"
#include "orders.hh"

#include <functional>
#include <optional>

namespace ktcp::fuzz {

// Kinds of calls that can be made to fail.
enum class Call : uint8_t {
    accept,
    receive,
    send,
    sendfile,
    watch,
    wait,
    find,
    open,
    fstat,
    fstatat,
    fstatfs,
    list,
    pread,
    lease,
    memory_file,
    map,
    inotify,
    inotify_watch,
    getsockopt,
    setsockopt,
    allocate,
    start,
    count
};

class World {
public:
    explicit World(Input& input);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // The one that calls go to now; none: they go to the system.
    static World* current;

    // ---- Descriptors: the lowest number that is free, as in a process.
    static constexpr int first_fd = 400; // below FD_SETSIZE, above all real ones
    int add(ObjectRef object);           // -1, with errno
    bool close(int fd);
    template <class T> T* find(int fd) const {
        const size_t i = static_cast<size_t>(fd - first_fd);
        return fd < first_fd || i >= files_.size() ? nullptr : dynamic_cast<T*>(files_[i].get());
    }
    ObjectRef object(int fd) const;
    static bool ours(int fd) { return fd >= first_fd && current; }
    size_t open_files() const;

    // ---- Calls.
    // To be said at the beginning of each: true if it is to fail now, with errno.
    bool fails(Call call);
    void progress() { calls_ = 0; }
    void moved(size_t n) { // bytes
        calls_ = 0;
        moved_ += n;
    }
    // Lets a call fail, so many calls from now.
    void arm(Call call, uint8_t after, uint8_t times, uint8_t which);
    // Waits by `look`, which says how much is ready.
    int wait(const std::function<int()>& look, int timeout_ms);
    void signal(const Object& object); // it has become ready
    // With WORLD_LOG=1 in the environment, what happens is told, for who has to understand
    // an input.
    void log(const char* what, uint64_t a = 0, uint64_t b = 0) const;

    // ---- Time.
    uint64_t now = 1000000000ull * 1000;
    timespec monotonic(bool coarse) const;
    timespec date() const; // by the coarse clock, as files are dated
    static constexpr uint64_t tick = 4000000;

    // ---- For clients.
    // There was no memory to send: there is again, before long.
    void later(Socket& socket) { short_of_memory_.push_back(&socket); }
    bool undisturbed() const { return faults_ == 0 && !ordered_ && tree.changes() == 0; }
    bool ordered() const { return ordered_; }
    uint64_t faults() const { return faults_; }

    Tree tree;
    const ktcp_http_config* config = nullptr;
    ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH;
    user::Orders* orders = nullptr;
    uint64_t kept_size = 0; // files up to this are sent whole, as they were at one moment
    uint32_t drain_timeout = 0;
    bool one_at_a_time = false; // others wait until the first has gone
    uint8_t ending = 0;
    size_t most_files = 500;
    std::shared_ptr<Listener> listener; // the one that accepts
    long mappings = 0;

private:
    enum class Phase { input, answers, patience, drain };

    void act();
    void step_input();
    void decide_act();
    void next_phase();
    // To the next alarm, or to `until`. False if no alarm is set, and no wait ends by itself.
    bool advance(uint64_t until);
    void connect(uint8_t address);
    Client* choose(uint8_t which);
    void settle();
    bool logs_ = false;
    void apply(uint8_t what, uint8_t where);
    uint64_t patience() const;
    uint64_t shortest_patience() const;

    Input& input_;
    std::vector<ObjectRef> files_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<Epoll*> epolls_;
    Phase phase_ = Phase::input;
    uint64_t phase_since_ = 0;
    unsigned alarms_ = 0; // in a row, without anything else
    unsigned calls_ = 0;  // since something was moved
    uint64_t moved_ = 0, moved_before_ = 0, answered_ = 0;
    uint64_t wait_until_ = UINT64_MAX;
    uint64_t faults_ = 0;
    bool ordered_ = false;
    std::vector<Socket*> short_of_memory_;
    struct Fault {
        Call call;
        uint8_t after, times;
        int error;
    };
    std::optional<Fault> fault_;
    struct Change {
        uint8_t after, what, where;
    };
    std::optional<Change> change_;

    friend class Client;
};

} // namespace ktcp::fuzz
