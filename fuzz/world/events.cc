// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What happens while the server waits: as the input decides; then everybody is kind, and
// everything that was asked for must be answered; then nobody does anything, and every
// connection must end by its deadlines; then the server is told to end.
#include "world/world.hh"

#include <algorithm>
#include <cerrno>

namespace ktcp::fuzz {
namespace {

constexpr uint64_t millisecond = 1000000;
constexpr size_t most_clients = 12;
// In a row, and nothing else happened.
constexpr unsigned some_alarms = 1200;
// Until what was asked for must have been answered: accepting may pause for 100 ms, and a
// file that is being changed is tried again some times.
constexpr uint64_t answer_time = 400 * millisecond;
constexpr uint64_t jumps[] = {0,   1,    4,    5,    10,   50,    100,   200,
                              500, 1000, 2001, 5000, 9999, 10000, 30000, 60000};

} // namespace

void World::connect(uint8_t address) {
    if (!listener || !listener->listening || listener->shut || clients_.size() >= most_clients)
        return;
    clients_.push_back(std::make_unique<Client>(*this, address));
    Client& client = *clients_.back();
    client.socket->client = &client;
    listener->queue.push_back(&client);
    signal(*listener);
}

Client* World::choose(uint8_t which) {
    std::vector<Client*> open;
    for (const auto& client : clients_)
        if (!client->over())
            open.push_back(client.get());
    return open.empty() ? nullptr : open[open.size() - 1 - which % open.size()];
}

void World::apply(uint8_t what, uint8_t where) {
    log("the tree changes", what, where);
    tree.change(what, where, date());
    for (const auto& client : clients_)
        client->look_again();
}

// Those who take everything take what there is.
void World::settle() {
    for (const auto& client : clients_) {
        Socket& socket = *client->socket;
        if (std::erase(short_of_memory_, &socket) != 0 && socket.starved) {
            socket.starved = false;
            signal(socket);
        }
    }
    for (const auto& client : clients_)
        if (client->greedy)
            client->take(SIZE_MAX);
}

void World::decide_act() {
    const uint8_t choice = input_.decide();
    const uint8_t detail = input_.decide();
    Client* const client = choose(detail % 8);
    log("event", choice % 21, detail);
    const uint8_t amount = detail / 8;
    switch (choice % 21) {
    case 0:
        return step_input();
    case 1:
        return connect(detail);
    case 2:
    case 3: { // a piece of what is to be said; by case 3 with FIN
        if (!client || !client->may_send())
            return connect(detail);
        char piece[256];
        const size_t n = input_.take(piece, amount < 16 ? size_t{1} + amount : amount * 8u);
        client->send({piece, n});
        if (choice % 21 == 3)
            client->half_close();
        return;
    }
    case 4:
        if (client)
            client->reset();
        return;
    case 5: // it takes what it is told to take
        if (client) {
            client->greedy = false;
            client->take(amount < 8 ? amount : amount * 300u);
        }
        return;
    case 6: // and there is little room on the way
        if (client) {
            client->socket->room = amount == 0   ? Socket::capacity
                                   : amount < 4  ? 0 // none at all, for now
                                   : amount < 16 ? amount * 7u
                                                 : amount * 700u;
            client->greedy = true;
        }
        return;
    case 7:
    case 8: { // time goes by
        const uint64_t jump = jumps[detail % std::size(jumps)] * millisecond;
        for (const auto& each : clients_)
            each->excused |= now + jump - each->since > shortest_patience();
        advance(now + jump);
        return;
    }
    case 9:
    case 10: {
        const auto call = static_cast<Call>(detail % static_cast<int>(Call::count));
        const uint8_t when = input_.decide();
        return arm(call, when % 32, when < 224 ? 1 + when / 64 : 255, input_.decide());
    }
    case 11:
        return apply(detail, input_.decide());
    case 12:
    case 13:
        change_ = Change{static_cast<uint8_t>(detail % 16 * 2), input_.decide(),
                         static_cast<uint8_t>(detail / 16)};
        return;
    case 14: // an event without a cause
        if (client)
            signal(*client->socket);
        return;
    case 15:
        if (client)
            client->half_close();
        return;
    case 16:
        now += amount * tick / 2;
        return;
    case 17: // everything that is left of a request, and FIN
        step_input();
        if (Client* last = choose(0); last && last->may_send())
            last->half_close();
        return;
    case 18:
        for (const auto& each : clients_)
            each->greedy = true;
        return settle();
    case 20: // much of the same, as the content of a request is
        if (client && client->may_send())
            client->send(std::string((size_t{1} + amount) * 400, detail & 1 ? 'x' : '\n'));
        return;
    case 19:
        if (amount == 31 && orders) {
            ordered_ = true;
            if (detail & 1)
                orders->abort();
            else
                orders->drain(now + uint64_t{drain_timeout} * millisecond);
        }
        return;
    }
}

// One more request, by the last client, or by a new one.
void World::step_input() {
    Client* client = choose(0);
    if (!client || !client->may_send()) {
        if (clients_.size() >= most_clients)
            return next_phase();
        connect(0);
        client = choose(0);
        if (!client)
            return next_phase();
    }
    std::string request(input_.head_size(), '\0');
    input_.take(request.data(), request.size());
    client->send(request);
}

void World::next_phase() {
    phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
    if (ordered_)
        phase_ = Phase::drain;
    if (phase_ == Phase::patience && ending % 2 == 1)
        phase_ = Phase::drain;
    phase_since_ = now;
    alarms_ = 0;
    if (phase_ == Phase::answers) {
        fault_.reset();
        change_.reset();
        for (const auto& client : clients_) {
            client->greedy = true;
            client->socket->room = Socket::capacity;
        }
        settle(); // nobody is told of more than that: what was lost stays lost
    } else if (phase_ == Phase::patience) {
        // Who was not let in gives up: else one with too few descriptors tries for ever.
        if (listener) {
            for (Client* client : listener->queue)
                client->closed(false);
            listener->queue.clear();
        }
        for (const auto& client : clients_) {
            log("  a client is left", client->socket_number(), client->waits_for_answer());
            check(one_at_a_time || !client->waits_for_answer(), "no answer", client->describe());
            client->excused = true;
            if (ending % 8 == 4)
                client->greedy = false;
        }
    } else if (phase_ == Phase::drain) {
        fault_.reset();
        if (!ordered_) {
            ordered_ = true;
            if (ending % 16 == 15)
                orders->abort();
            else
                orders->drain(now + uint64_t{drain_timeout} * millisecond);
        }
    }
}

void World::act() {
    switch (phase_) {
    case Phase::input:
        if (!input_.done())
            return decide_act();
        if (input_.client_done())
            return next_phase();
        return step_input();
    case Phase::answers:
        if (moved_ != answered_) { // one after the other
            answered_ = moved_;
            phase_since_ = now;
        }
        if (!advance(phase_since_ + answer_time) || now >= phase_since_ + answer_time)
            next_phase();
        return;
    case Phase::patience: {
        uint64_t until = 0;
        for (const auto& client : clients_)
            if (client->accepted && !client->server_closed())
                until = std::max(until, std::max(client->since, phase_since_) + patience());
        if (until == 0)
            return next_phase();
        check(now < until, "a connection outlives its deadlines");
        check(advance(until), "a server that waits for ever");
        return;
    }
    case Phase::drain: {
        const uint64_t until =
            orders->current() == user::Order::abort ? phase_since_ : orders->drain_until();
        check(now <= until + 200 * millisecond, "a server that does not end");
        check(advance(until + 300 * millisecond), "a server that waits for ever");
        return;
    }
    }
}

// The sum of all that a silent client may be waited for, twice as much for those who were
// in the middle of something.
uint64_t World::patience() const {
    const uint64_t sum = uint64_t{config->head_timeout} + config->idle_timeout +
                         config->send_timeout + config->linger_timeout;
    // By the rate, what it is sent may take longer.
    const uint64_t slow =
        config->send_rate == 0 ? 86400000 : uint64_t{2} * 1024 * 1024 * 1000 / config->send_rate;
    return (2 * sum + slow + 1000) * millisecond;
}

uint64_t World::shortest_patience() const {
    return uint64_t{std::min({config->head_timeout, config->idle_timeout, config->send_timeout,
                              config->linger_timeout})} *
           millisecond / 2;
}

bool World::advance(uint64_t until) {
    uint64_t next = wait_until_;
    for (const ObjectRef& object : files_)
        if (const auto* alarm = dynamic_cast<const Alarm*>(object.get()); alarm && alarm->due)
            next = std::min(next, alarm->due);
    const bool any = next != UINT64_MAX;
    // Now and then it may: to try to accept again, to close what is unused.
    const uint64_t most = some_alarms + (now - phase_since_) / (20 * millisecond);
    check(++alarms_ < most, "a server that wakes for nothing");
    progress();
    now = std::max(now, std::min(next, until));
    log("time has gone by; phase", static_cast<uint64_t>(phase_), alarms_);
    for (const ObjectRef& object : files_)
        if (auto* alarm = dynamic_cast<Alarm*>(object.get());
            alarm && alarm->due && alarm->due <= now) {
            alarm->due = 0;
            alarm->rang = true;
            signal(*alarm);
        }
    return any;
}

int World::wait(const std::function<int()>& look, int timeout_ms) {
    if (fails(Call::wait))
        return -1;
    wait_until_ =
        timeout_ms < 0 ? UINT64_MAX : now + static_cast<uint64_t>(timeout_ms) * millisecond;
    // While it has other things to do, too, something may happen.
    if (timeout_ms == 0 && phase_ == Phase::input && !input_.done())
        decide_act();
    settle();
    int n = look(); // what it reports it does not report again
    while (n == 0 && now < wait_until_) {
        progress();
        act();
        settle();
        n = look();
    }
    if (n != 0 && phase_ != Phase::input && moved_ != moved_before_) {
        alarms_ = 0;
        moved_before_ = moved_;
    }
    return n;
}

} // namespace ktcp::fuzz
