// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/process_group.hh"

#include "start_error.hh"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {
#include <sys/pidfd.h> // which does not say so itself before glibc 2.37
}

namespace ktcp::user {

namespace {

// How long after the end of the drain a child may take to obey before it is killed.
constexpr ktcp_time mercy = KTCP_SECOND;

// What the child has inherited and not asked for: a socket that is open in two processes
// would not be closed when one of them closes it.
void close_all_but(std::vector<int>& keep) {
    keep.insert(keep.end(), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
    std::sort(keep.begin(), keep.end());
    unsigned from = 0;
    for (int fd : keep) {
        auto kept = static_cast<unsigned>(fd);
        if (kept > from)
            close_range(from, kept - 1, 0);
        from = std::max(from, kept + 1);
    }
    close_range(from, UINT_MAX, 0);
}

// Its status.
int wait_for(pid_t pid) noexcept {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

} // namespace

ProcessGroup::ProcessGroup(Service& service)
    : service_(service), ended_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!ended_)
        throw StartError::with_errno("cannot create an epoll instance",
                                     "raise the limit of open files (ulimit -n)");
}

ProcessGroup::~ProcessGroup() {
    kill_all();
    wait();
}

ProcessGroup::Started ProcessGroup::start(std::span<const int> wanted,
                                          const std::function<bool(Worker&)>& work,
                                          AddressLimit::Place place_of_address) noexcept {
    WorkerRecord* record = service_.records.take();
    if (!record)
        return Started::no;
    pid_t pid = -1;
    try {
        // With room for what is added in the child, which must not allocate.
        std::vector<int> keep(wanted.begin(), wanted.end());
        keep.reserve(keep.size() + 8 + (service_.roots ? service_.roots->size() : 0));
        size_t place = free_place();
        // There must be a descriptor to watch it by, or it would have to be killed again.
        Descriptor spare(fcntl(ended_.get(), F_DUPFD_CLOEXEC, 0));
        pid_t parent = getpid();
        if (spare)
            pid = fork();
        if (pid == 0)
            become_child(parent, keep, *record, work);
        spare = Descriptor();
        if (pid > 0 && watch(pid, place)) {
            children_[place].record = record;
            if (place_of_address != AddressLimit::uncounted)
                record->place.store(place_of_address);
            running_.fetch_add(1, std::memory_order_relaxed);
            return Started::yes;
        }
    } catch (const std::bad_alloc&) {
        // No place for it: it was not forked.
    }
    if (pid > 0) { // nobody would learn of its end
        kill(pid, SIGKILL);
        wait_for(pid);
    }
    give_back(*record);
    return pid > 0 ? Started::killed : Started::no;
}

void ProcessGroup::become_child(pid_t parent, std::vector<int>& keep, WorkerRecord& record,
                                const std::function<bool(Worker&)>& work) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) // it died before that
        _exit(EXIT_FAILURE);
    keep.push_back(service_.orders.changed_fd(Order::serve));
    keep.push_back(service_.orders.changed_fd(Order::drain));
    if (service_.roots)
        service_.roots->append_descriptors(keep);
    close_all_but(keep);
    if (service_.roots && !service_.roots->open_own_descriptors())
        _exit(EXIT_FAILURE);
    bool well = false;
    try {
        Worker worker(service_, record);
        well = work(worker);
    } catch (const std::exception&) {
        // No memory for a worker, or no descriptor.
    }
    _exit(well ? EXIT_SUCCESS : EXIT_FAILURE);
}

size_t ProcessGroup::free_place() {
    for (size_t i = 0; i < children_.size(); ++i, ++next_place_)
        if (!children_[next_place_ %= children_.size()].process)
            return next_place_;
    children_.emplace_back();
    return children_.size() - 1;
}

bool ProcessGroup::watch(pid_t pid, size_t place) noexcept {
    Descriptor process(pidfd_open(pid, 0));
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u64 = place;
    if (!process || epoll_ctl(ended_.get(), EPOLL_CTL_ADD, process.get(), &event) != 0)
        return false;
    children_[place] = {pid, std::move(process), nullptr};
    return true;
}

void ProcessGroup::reap() noexcept {
    epoll_event events[32];
    int n = epoll_wait(ended_.get(), events, 32, 0);
    for (int i = 0; i < n; ++i) {
        Child& child = children_[events[i].data.u64];
        int status = wait_for(child.pid);
        well_ &= WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
        give_back(*child.record);
        // Closing alone would not do while a younger child has not closed its copy yet.
        epoll_ctl(ended_.get(), EPOLL_CTL_DEL, child.process.get(), nullptr);
        child = {};
        running_.fetch_sub(1, std::memory_order_relaxed);
    }
}

// One that was killed has not taken what it had off the server's counts.
void ProcessGroup::give_back(WorkerRecord& record) noexcept {
    if (AddressLimit::Place place = record.place.load(); place != AddressLimit::uncounted)
        service_.addresses->leave(place, &record.place);
    service_.spare.give_back(record.spare.exchange(0, std::memory_order_relaxed));
    service_.cache.give_back(record.cache_bytes.exchange(0, std::memory_order_relaxed),
                             record.cache_answers.exchange(0, std::memory_order_relaxed));
    service_.connections.fetch_sub(record.connections.exchange(0, std::memory_order_relaxed),
                                   std::memory_order_relaxed);
    service_.records.give_back(record);
}

void ProcessGroup::wait_for_end(ktcp_time due) noexcept {
    Order seen = service_.orders.current();
    int order_fd = seen == Order::abort ? -1 : service_.orders.changed_fd(seen);
    pollfd waits[] = {{ended_.get(), POLLIN, 0}, {order_fd, POLLIN, 0}};
    poll(waits, 2, timeout_ms(monotonic_time(), due));
    reap();
}

bool ProcessGroup::wait() noexcept {
    for (ktcp_time give_up = KTCP_NEVER; running_ > 0; wait_for_end(give_up)) {
        Order seen = service_.orders.current();
        if (seen == Order::drain)
            give_up = service_.orders.drain_until() + mercy;
        else if (seen == Order::abort)
            give_up = std::min(give_up, monotonic_time() + mercy);
        if (monotonic_time() >= give_up) {
            kill_all();
            give_up = KTCP_NEVER; // that works, sooner or later
        }
    }
    return well_;
}

void ProcessGroup::kill_all() noexcept {
    for (const Child& child : children_)
        if (child.process)
            kill(child.pid, SIGKILL);
}

} // namespace ktcp::user
