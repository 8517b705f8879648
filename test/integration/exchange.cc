// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/exchange.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <stdexcept>

namespace ktcp::test {

namespace {

constexpr size_t receive_size = 256 * 1024;

std::string reason(int error) { return std::strerror(error); }

} // namespace

Noise::Noise(size_t size) : bytes_(size, '\0') {
    std::mt19937_64 random(20240229);
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t word = random();
        memcpy(bytes_.data() + i, &word, std::min(sizeof(word), size - i));
    }
}

std::string_view Noise::part(size_t number, size_t size) const {
    if (size > bytes_.size())
        throw std::runtime_error("more noise is wanted than there is");
    constexpr size_t prime = 104729;
    return std::string_view(bytes_).substr(number * prime % (bytes_.size() - size + 1), size);
}

short Exchange::events() const {
    int wanted = reads ? POLLIN : 0;
    if (!all_sent())
        wanted |= POLLOUT;
    return static_cast<short>(wanted);
}

bool Exchange::step() {
    if (!fault_.empty() || done())
        return false;
    bool moved = !all_sent() && send_some();
    if (half_closes && all_sent() && !half_closed_ && fault_.empty()) {
        shutdown(socket_.fd(), SHUT_WR);
        half_closed_ = moved = true;
    }
    if (reads && fault_.empty())
        moved |= receive_some();
    return moved;
}

void Exchange::next(std::string_view payload) {
    payload_ = payload;
    sent_ = received_ = 0;
}

std::string Exchange::progress() const {
    return std::to_string(received_) + " of " + std::to_string(payload_.size()) +
           " bytes came back, " + std::to_string(sent_) + " were sent";
}

bool Exchange::send_some() {
    std::string_view rest = payload_.substr(sent_, piece);
    ssize_t n = send(socket_.fd(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
        sent_ += static_cast<size_t>(n);
        return true;
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        fail("sending failed (" + reason(errno) + "): " + progress());
    return false;
}

bool Exchange::receive_some() {
    thread_local std::vector<char> buffer(receive_size);
    ssize_t n = recv(socket_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) {
        compare({buffer.data(), static_cast<size_t>(n)});
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n < 0)
        fail("receiving failed (" + reason(errno) + "): " + progress());
    else if (!half_closed_ || !all_back())
        fail("the server ended the connection: " + progress());
    ended_ = n == 0;
    return true;
}

// Whether what came is what was sent at another place: lost, repeated or moved.
std::string Exchange::origin(std::string_view bytes) const {
    size_t at = payload_.find(bytes.substr(0, 16));
    return at == payload_.npos ? ", of " + std::to_string(bytes.size()) + " that are no part of it"
                               : ", of " + std::to_string(bytes.size()) + " that are its byte " +
                                     std::to_string(at);
}

void Exchange::compare(std::string_view bytes) {
    // What was not sent yet cannot be an echo, even if it is what will be sent.
    changed_ = true;
    if (bytes.size() > sent_ - received_)
        return fail("more came back than was sent: " + progress() + ", then " +
                    std::to_string(bytes.size()) + " more came");
    const char* expected = payload_.data() + received_;
    if (memcmp(bytes.data(), expected, bytes.size()) != 0) {
        auto [at, other] = std::mismatch(bytes.begin(), bytes.end(), expected);
        return fail("byte " + std::to_string(received_ + size_t(at - bytes.begin())) +
                    " came back changed: " + std::to_string(static_cast<unsigned char>(*other)) +
                    " was sent, " + std::to_string(static_cast<unsigned char>(*at)) + " came" +
                    origin(bytes.substr(size_t(at - bytes.begin()))));
    }
    changed_ = false;
    received_ += bytes.size();
}

void finish(std::vector<Exchange>& exchanges, Patience patience) {
    std::vector<pollfd> waited;
    std::vector<Exchange*> theirs;
    auto last = Clock::now();
    for (Exchange& one : exchanges)
        one.step(); // a FIN with nothing before it waits for no event
    for (;;) {
        waited.clear();
        theirs.clear();
        for (Exchange& one : exchanges) {
            if (one.done())
                continue;
            waited.push_back({one.socket().fd(), one.events(), 0});
            theirs.push_back(&one);
        }
        if (theirs.empty())
            return;
        poll(waited.data(), waited.size(), 100);
        bool moved = false;
        for (size_t i = 0; i < theirs.size(); i++) {
            Exchange& one = *theirs[i];
            if (waited[i].revents)
                moved |= one.step();
            if (!one.fault().empty())
                throw std::runtime_error(one.fault());
            if (one.done() && one.half_closes)
                one.socket().close();
        }
        if (moved)
            last = Clock::now();
        else if (Clock::now() - last > patience)
            throw std::runtime_error("nothing moved for " + std::to_string(patience.count()) +
                                     " ms on " + std::to_string(theirs.size()) +
                                     " connection(s); on one " + theirs[0]->progress());
    }
}

void finish(Exchange& exchange, Patience patience) {
    std::vector<Exchange> one;
    one.push_back(std::move(exchange));
    finish(one, patience);
    exchange = std::move(one[0]);
}

size_t send_until_stalled(Exchange& exchange, Patience quiet, size_t most) {
    auto last = Clock::now();
    while (Clock::now() - last < quiet && exchange.sent() <= most) {
        pollfd waited{exchange.socket().fd(), POLLOUT, 0};
        poll(&waited, 1, 20);
        size_t before = exchange.sent();
        exchange.step();
        if (!exchange.fault().empty())
            throw std::runtime_error(exchange.fault());
        if (exchange.sent() == before && exchange.events() == 0)
            break;
        if (exchange.sent() != before)
            last = Clock::now();
    }
    return exchange.sent();
}

std::vector<Socket> connect_many(const Endpoint& server, size_t count, Patience patience) {
    std::vector<Socket> sockets;
    for (size_t i = 0; i < count; i++)
        sockets.push_back(Socket::connect(server, false));
    auto until = Clock::now() + patience;
    for (size_t i = 0; i < count; i++) {
        pollfd waited{sockets[i].fd(), POLLOUT, 0};
        auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        int ready = poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0);
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(sockets[i].fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (ready <= 0 || error)
            throw std::runtime_error("connection " + std::to_string(i + 1) + " of " +
                                     std::to_string(count) +
                                     " failed: " + reason(error ? error : ETIMEDOUT));
    }
    return sockets;
}

} // namespace ktcp::test
