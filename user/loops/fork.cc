// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "fork": a process for each client, forked when it comes, and gone with it.
#include "connection.hh"
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
            Client client = door_.next(children_.size());
            children_.reap();
            if (!client)
                continue;
            Started started = start_child(client);
            while (started == Started::no && door_.wait_for_room()) {
                children_.reap();
                started = start_child(client);
            }
            if (started == Started::yes) {
                close(client.fd); // it is the child's
                continue;
            }
            // Another child cannot go on: the one that was killed may have read from it, and
            // answered, perhaps in part.
            if (started == Started::killed)
                reset_at_close(client.fd);
            worker_.dismiss(client);
        }
        stop_listening(listeners_);
        return children_.wait();
    }

private:
    using Started = ProcessGroup::Started;

    // The place stays with the parent, which gives it back when the child has ended.
    Started start_child(Client client) noexcept {
        return children_.start(
            {&client.fd, 1},
            [fd = client.fd](Worker& worker) { return serve_connection(worker, {fd}); },
            client.place);
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
