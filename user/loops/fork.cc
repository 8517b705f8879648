// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "fork": a process for each client, forked when it comes, and gone with it.
#include "loops/blocking.hh"
#include "loops/models.hh"
#include "loops/process_group.hh"

#include <unistd.h>

namespace ktcp::user {

namespace {

class ForkLoop final : public Loop {
public:
    ForkLoop(Worker& worker, std::vector<Descriptor> listeners)
        : worker_(worker), listeners_(std::move(listeners)), children_(worker.service),
          door_(worker, listeners_, children_.ended_fd()) {}

    bool run() noexcept override {
        while (worker_.service.orders.current() == Order::serve) {
            int fd = door_.next(children_.size());
            children_.reap();
            if (fd < 0)
                continue;
            while (!start_child(fd) && door_.wait_for_room())
                children_.reap();
            close(fd); // it is the child's
        }
        stop_listening(listeners_);
        return children_.wait();
    }

private:
    bool start_child(int fd) noexcept {
        return children_.start({fd}, [fd](Worker& worker) { return serve_connection(worker, fd); });
    }

    Worker& worker_;
    std::vector<Descriptor> listeners_;
    ProcessGroup children_;
    FrontDoor door_;
};

} // namespace

std::unique_ptr<Loop> make_fork_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<ForkLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
