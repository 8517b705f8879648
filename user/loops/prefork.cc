// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "prefork": a fixed number of processes, forked before any client comes. They
// share the listening sockets, and each serves one client after another.
#include "loops/blocking.hh"
#include "loops/models.hh"
#include "loops/process_group.hh"

namespace ktcp::user {

namespace {

// A child that has died is replaced, but not faster than this: the next one may die of
// the same.
constexpr ktcp_time replacement_time = 100 * KTCP_MILLISECOND;

class PreforkLoop final : public Loop {
public:
    PreforkLoop(Worker& worker, std::vector<Descriptor> listeners)
        : service_(worker.service), listeners_(std::move(listeners)), children_(service_) {
        for (const Descriptor& listener : listeners_)
            sockets_.push_back(listener.get());
    }

    bool run() noexcept override {
        while (service_.orders.current() == Order::serve) {
            while (children_.size() < service_.pool && start_child()) {
            }
            if (children_.size() == service_.pool)
                children_.wait_for_end(KTCP_NEVER);
            service_.orders.wait(Order::serve, 0, replacement_time);
        }
        stop_listening(listeners_);
        return children_.wait();
    }

private:
    bool start_child() noexcept {
        const auto started = children_.start(sockets_, [this](Worker& worker) {
            worker.journal = &worker.record.place;
            FrontDoor door(worker, listeners_);
            return serve_in_turn(worker, door);
        });
        return started == ProcessGroup::Started::yes;
    }

    Service& service_;
    std::vector<Descriptor> listeners_;
    std::vector<int> sockets_; // the same
    ProcessGroup children_;
};

} // namespace

std::unique_ptr<Loop> make_prefork_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<PreforkLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
