// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "iterative": one client after another. While one is served, the others wait
// in the backlog, however long the one is silent.
#include "loops/blocking.hh"
#include "loops/models.hh"

namespace ktcp::user {

namespace {

class IterativeLoop final : public Loop {
public:
    IterativeLoop(Worker& worker, std::vector<Descriptor> listeners)
        : worker_(worker), listeners_(std::move(listeners)), door_(worker, listeners_) {}

    bool run() noexcept override {
        bool well = serve_in_turn(worker_, door_);
        stop_listening(listeners_);
        return well;
    }

private:
    Worker& worker_;
    std::vector<Descriptor> listeners_;
    FrontDoor door_;
};

} // namespace

std::unique_ptr<Loop> make_iterative_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<IterativeLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
