// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Descriptors, time, and failing calls; what happens in the world is in events.cc.
#include "world/world.hh"

#include <cerrno>
#include <climits>
#include <cstdlib>

namespace ktcp::fuzz {
namespace {

constexpr int64_t second = 1000000000;
constexpr int64_t real_start = 784111777;

// Calls that move nothing, one after the other, before the server is said to spin. The
// most that is due without any: a directory's entries, looked at one by one.
constexpr unsigned most_calls = 4000;

// The errors of each kind of call, as their manual pages have them.
constexpr int accept_errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EINTR, EPROTO};
constexpr int receive_errors[] = {EINTR, ECONNRESET, ENOMEM, ETIMEDOUT, EHOSTUNREACH};
constexpr int send_errors[] = {EINTR, ENOBUFS, ENOMEM, EPIPE, ECONNRESET, EAGAIN};
constexpr int sendfile_errors[] = {EINTR, EIO, EINVAL, ENOMEM, EAGAIN, EPIPE};
constexpr int watch_errors[] = {ENOMEM, ENOSPC};
constexpr int wait_errors[] = {EINTR};
constexpr int find_errors[] = {EAGAIN, EMFILE, ENFILE, ENOMEM, EINTR, EACCES, ELOOP, EIO};
constexpr int open_errors[] = {EMFILE, ENFILE, ENOMEM, EACCES, EWOULDBLOCK, EINTR, ENOENT, EIO};
constexpr int stat_errors[] = {EIO, ENOMEM, ESTALE, EACCES};
constexpr int read_errors[] = {EIO, EINTR};
constexpr int lease_errors[] = {EAGAIN, EACCES, EINVAL, ENOMEM};
constexpr int memory_errors[] = {ENOMEM};
constexpr int file_errors[] = {EMFILE, ENFILE, ENOMEM};
constexpr int watching_errors[] = {ENOSPC, ENOMEM, EACCES, ENOENT};
constexpr int option_errors[] = {ENOBUFS, EINVAL, ENOTCONN};
constexpr int start_errors[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRINUSE, EACCES};

struct Errors {
    const int* list;
    size_t count;
};
template <size_t n> constexpr Errors errors_in(const int (&list)[n]) { return {list, n}; }

Errors errors_of(Call call) {
    switch (call) {
    case Call::accept:
        return errors_in(accept_errors);
    case Call::receive:
        return errors_in(receive_errors);
    case Call::send:
        return errors_in(send_errors);
    case Call::sendfile:
        return errors_in(sendfile_errors);
    case Call::watch:
        return errors_in(watch_errors);
    case Call::wait:
        return errors_in(wait_errors);
    case Call::find:
        return errors_in(find_errors);
    case Call::open:
        return errors_in(open_errors);
    case Call::fstat:
    case Call::fstatat:
    case Call::fstatfs:
        return errors_in(stat_errors);
    case Call::list:
    case Call::pread:
        return errors_in(read_errors);
    case Call::lease:
        return errors_in(lease_errors);
    case Call::memory_file:
    case Call::inotify:
        return errors_in(file_errors);
    case Call::inotify_watch:
        return errors_in(watching_errors);
    case Call::getsockopt:
    case Call::setsockopt:
        return errors_in(option_errors);
    case Call::start:
        return errors_in(start_errors);
    case Call::map:
    case Call::allocate:
    case Call::count:
        break;
    }
    return errors_in(memory_errors);
}

} // namespace

World* World::current = nullptr;

World::World(Input& input) : input_(input) {
    static const bool logs = std::getenv("WORLD_LOG") != nullptr;
    logs_ = logs;
    const uint8_t early = input.decide(); // a fault while the server starts
    if (early != 0) {
        const auto call = static_cast<Call>(early % static_cast<int>(Call::count));
        arm(call, input.decide(), 1, input.decide());
    }
}

void World::log(const char* what, uint64_t a, uint64_t b) const {
    if (logs_)
        std::fprintf(stderr, "%12.6f %s %llu %llu\n", static_cast<double>(now) / 1e9, what,
                     static_cast<unsigned long long>(a), static_cast<unsigned long long>(b));
}

World::~World() { current = nullptr; }

int World::add(ObjectRef object) {
    size_t free = 0;
    while (free < files_.size() && files_[free])
        free++;
    if (free >= most_files) {
        faults_++;
        errno = EMFILE;
        return -1;
    }
    if (free == files_.size())
        files_.emplace_back();
    if (auto* epoll = dynamic_cast<Epoll*>(object.get()))
        epolls_.push_back(epoll);
    files_[free] = std::move(object);
    return first_fd + static_cast<int>(free);
}

ObjectRef World::object(int fd) const {
    const size_t i = static_cast<size_t>(fd - first_fd);
    return fd < first_fd || i >= files_.size() ? nullptr : files_[i];
}

bool World::close(int fd) {
    const ObjectRef object = this->object(fd);
    check(object != nullptr, "a descriptor that is not open is closed", std::to_string(fd));
    files_[static_cast<size_t>(fd - first_fd)] = nullptr;
    for (Epoll* epoll : epolls_)
        std::erase_if(epoll->items, [&](const Epoll::Item& item) { return item.fd == fd; });
    if (auto* epoll = dynamic_cast<Epoll*>(object.get()))
        std::erase(epolls_, epoll);
    if (auto* socket = dynamic_cast<Socket*>(object.get())) {
        // What was not read makes TCP reset the connection.
        if (socket->client)
            socket->client->closed(socket->resets_on_close || !socket->in.empty());
        socket->client = nullptr;
    }
    if (auto* door = dynamic_cast<Listener*>(object.get())) {
        for (Client* client : door->queue) {
            client->excused = true;
            client->closed(true);
        }
        if (listener.get() == door)
            listener = nullptr;
    }
    progress();
    return true;
}

size_t World::open_files() const {
    size_t n = 0;
    for (const ObjectRef& object : files_)
        n += object != nullptr;
    return n;
}

void World::arm(Call call, uint8_t after, uint8_t times, uint8_t which) {
    const Errors errors = errors_of(call);
    fault_ = Fault{call, after, times, errors.list[which % errors.count]};
}

bool World::fails(Call call) {
    now += 1000;
    log("call of kind", static_cast<uint64_t>(call));
    check(++calls_ < most_calls, "a server that spins, or does far too much at once");
    if (change_ && change_->after-- == 0) {
        const Change change = *change_;
        change_.reset();
        apply(change.what, change.where);
    }
    if (!fault_ || fault_->call != call)
        return false;
    if (fault_->after > 0) {
        fault_->after--;
        return false;
    }
    log("  fails by errno", static_cast<uint64_t>(fault_->error));
    errno = fault_->error;
    faults_++;
    if (--fault_->times == 0)
        fault_.reset();
    return true;
}

timespec World::monotonic(bool coarse) const {
    const uint64_t time = coarse ? now / tick * tick : now;
    return {static_cast<time_t>(time / second), static_cast<long>(time % second)};
}

timespec World::date() const {
    timespec date = monotonic(true);
    date.tv_sec += real_start;
    return date;
}

void World::signal(const Object& object) {
    for (Epoll* epoll : epolls_)
        for (Epoll::Item& item : epoll->items)
            if (item.object.lock().get() == &object)
                item.queued = true;
}

uint32_t Socket::ready() const {
    uint32_t events = 0;
    if (!in.empty() || fin || reset)
        events |= EPOLLIN;
    if (fin || reset)
        events |= EPOLLRDHUP;
    if (reset)
        events |= EPOLLERR | EPOLLHUP;
    if (fin && shut)
        events |= EPOLLHUP;
    if (reset || shut || (free_room() != 0 && free_room() >= room / 3))
        events |= EPOLLOUT;
    return events;
}

} // namespace ktcp::fuzz
