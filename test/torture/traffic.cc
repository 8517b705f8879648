// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "torture/traffic.hh"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

namespace ktcp::test {

const std::vector<NamedManner> manners = {
    {Manner::idle, "idle"},         {Manner::slow, "slow"},
    {Manner::mid_head, "mid-head"}, {Manner::mid_body, "mid-body"},
    {Manner::mid_send, "mid-send"}, {Manner::half_closed, "half-closed"},
    {Manner::reset, "reset"},       {Manner::crowd, "crowd"},
    {Manner::busy, "busy"},
};

namespace {

using std::chrono::milliseconds;

// A handshake on this machine takes no time; one that was dropped is tried again after a
// second by TCP, which is longer than many a server lives here.
constexpr milliseconds handshake_patience{150};
// Between connections of one client, so that one which is turned away is not a flood.
constexpr milliseconds pause_when_ended{10};
// A watcher that was turned away at once knows nothing of the others.
constexpr milliseconds watch_least{50};
// Between attempts while nobody listens: of one client for all.
constexpr milliseconds pause_when_away{3};

struct Slot {
    enum class State { apart, connecting, connected };

    std::unique_ptr<Client> client;
    State state = State::apart;
    Socket connecting;         // not the client's yet
    Clock::time_point when{};  // apart: when to connect; connecting: when to give up
    Clock::time_point since{}; // connected
};

class Runner {
public:
    Runner(const Endpoint& server, std::vector<std::unique_ptr<Client>> clients) : server_(server) {
        // The first is silent, and hears when the server goes.
        clients.insert(clients.begin(), make_echo_client(Manner::idle, 0));
        for (auto& client : clients)
            slots_.push_back({std::move(client), Slot::State::apart, {}, {}, {}});
        waited_.resize(slots_.size());
    }

    void round() {
        now_ = Clock::now();
        bool probed = false;
        auto until = now_ + milliseconds(20);
        for (size_t i = 0; i < slots_.size(); i++) {
            Slot& slot = slots_[i];
            // What the server left to TCP when it went would hold a deaf one for minutes.
            if (slot.state == Slot::State::connected && slot.client->deaf() && slot.since < lost_ &&
                slots_[0].state == Slot::State::connected) {
                slot.client->abandon();
                ended(slot);
            }
            // While nobody listens one client asks for all.
            if (slot.state == Slot::State::apart && now_ >= slot.when &&
                (!away_ || (!probed && now_ >= away_until_)))
                connect(slot, probed);
            probed = probed || slot.state == Slot::State::connecting;
            waited_[i] = wish(slot);
            if (slot.state == Slot::State::connected)
                until = std::min(until, slot.client->due());
        }
        auto left = std::chrono::ceil<milliseconds>(until - now_).count();
        poll(waited_.data(), waited_.size(), left > 0 ? static_cast<int>(left) : 0);
        now_ = Clock::now();
        for (size_t i = 0; i < slots_.size(); i++)
            step(slots_[i], waited_[i].revents);
        // The server is to have a share of the processors, too.
        std::this_thread::sleep_for(away_ ? pause_when_away : milliseconds(1));
    }

    const Tally& tally() const { return tally_; }

private:
    pollfd wish(const Slot& slot) const {
        switch (slot.state) {
        case Slot::State::connecting:
            return {slot.connecting.fd(), POLLOUT, 0};
        case Slot::State::connected:
            return {slot.client->socket().fd(),
                    static_cast<short>(slot.client->events() | POLLRDHUP), 0};
        default:
            return {-1, 0, 0};
        }
    }

    void connect(Slot& slot, bool& probed) {
        probed = true;
        try {
            slot.connecting = Socket::connect(server_, false, slot.client->window());
        } catch (const std::system_error& error) {
            return turned_away(slot, error.code().value());
        }
        slot.state = Slot::State::connecting;
        slot.when = now_ + handshake_patience;
    }

    void turned_away(Slot& slot, int error) {
        slot.connecting.close();
        slot.state = Slot::State::apart;
        slot.when = now_ + pause_when_ended;
        if (error == ECONNREFUSED || error == EADDRNOTAVAIL) {
            tally_.refused++;
            away_ = true;
            away_until_ = now_ + pause_when_away;
        }
    }

    void step(Slot& slot, short events) {
        if (slot.state == Slot::State::connecting) {
            if (events)
                return connected(slot);
            if (now_ >= slot.when)
                turned_away(slot, ETIMEDOUT);
        } else if (slot.state == Slot::State::connected && (events || now_ >= slot.client->due())) {
            go_on(slot, events);
        }
    }

    void go_on(Slot& slot, short events) {
        if (!slot.client->step(events, tally_))
            ended(slot);
    }

    void ended(Slot& slot) {
        tally_.ended++;
        slot.state = Slot::State::apart;
        slot.when = now_ + pause_when_ended;
        if (&slot == &slots_[0] && now_ - slot.since > watch_least)
            lost_ = now_;
    }

    void connected(Slot& slot) {
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(slot.connecting.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
            return turned_away(slot, error);
        away_ = false;
        tally_.established++;
        slot.state = Slot::State::connected;
        slot.since = now_;
        slot.client->begin(std::move(slot.connecting));
        slot.connecting = Socket();
        go_on(slot, POLLOUT);
    }

    Endpoint server_;
    std::vector<Slot> slots_;
    std::vector<pollfd> waited_;
    Tally tally_;
    Clock::time_point now_{};
    bool away_ = false; // nobody listens
    Clock::time_point away_until_{};
    Clock::time_point lost_{}; // when the first one's server went
};

} // namespace

Tally run_clients(const Endpoint& server, std::vector<std::unique_ptr<Client>> clients,
                  const volatile std::sig_atomic_t& stopping, Clock::time_point until) {
    Runner runner(server, std::move(clients));
    while (!stopping && Clock::now() < until)
        runner.round();
    return runner.tally();
}

} // namespace ktcp::test
