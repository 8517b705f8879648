// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "thread": a thread for each client, started when it comes, and gone with it.
#include "loops/blocking.hh"
#include "loops/models.hh"
#include "loops/thread_group.hh"

namespace ktcp::user {

namespace {

class ThreadLoop final : public Loop {
public:
    ThreadLoop(Worker& worker, std::vector<Descriptor> listeners)
        : worker_(worker), listeners_(std::move(listeners)), threads_(worker.service),
          door_(worker, listeners_) {}

    bool run() noexcept override {
        while (worker_.service.orders.current() == Order::serve) {
            Client client = door_.next(threads_.size());
            if (!client)
                continue;
            while (!start_thread(client))
                if (!door_.wait_for_room()) {
                    worker_.dismiss(client);
                    break;
                }
        }
        stop_listening(listeners_);
        return threads_.wait();
    }

private:
    bool start_thread(Client client) noexcept {
        return threads_.start(
            [client](Worker& worker) { return serve_connection(worker, client); });
    }

    Worker& worker_;
    std::vector<Descriptor> listeners_;
    ThreadGroup threads_;
    FrontDoor door_;
};

} // namespace

std::unique_ptr<Loop> make_thread_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<ThreadLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
