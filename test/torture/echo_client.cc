// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Clients of an echo server: each byte that comes back is compared.
#include "integration/exchange.hh"
#include "torture/traffic.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds slow_pause{15};
constexpr size_t reset_after = 5000;

const Noise& noise() {
    static const Noise bytes(4 << 20);
    return bytes;
}

class EchoClient : public Client {
public:
    EchoClient(Manner manner, size_t number) : manner_(manner), number_(number) {}

    // A small window, so that what is never read soon has no place to go.
    int window() const override { return manner_ == Manner::mid_send ? 4096 : 0; }

    void begin(Socket socket) override {
        exchange_ = Exchange(std::move(socket), {});
        exchange_.half_closes = manner_ == Manner::half_closed || manner_ == Manner::crowd;
        exchange_.reads = manner_ != Manner::mid_send;
        exchange_.piece = manner_ == Manner::slow ? 1 : 32 << 10;
        go_on();
    }

    short events() const override {
        if (manner_ == Manner::idle || manner_ == Manner::slow)
            return 0;
        return exchange_.events();
    }

    Clock::time_point due() const override {
        return manner_ == Manner::slow ? due_ : Clock::time_point::max();
    }

    const Socket& socket() const override { return exchange_.socket(); }
    bool deaf() const override { return manner_ == Manner::mid_send; }
    void abandon() override { exchange_.socket().reset(); }

    bool step(short events, Tally& tally) override {
        if (passive() && events & (POLLRDHUP | POLLHUP | POLLERR))
            return false;
        due_ = Clock::now() + slow_pause;
        size_t before = exchange_.received();
        exchange_.step();
        tally.bytes += exchange_.received() - before;
        if (exchange_.changed())
            tally.fail(std::string(manners[static_cast<size_t>(manner_)].name) + " client " +
                       std::to_string(number_) + ": " + exchange_.fault() + "; " +
                       exchange_.progress());
        if (!exchange_.fault().empty()) {
            exchange_.socket().close();
            return false;
        }
        if (manner_ == Manner::reset && exchange_.received() > reset_after) {
            exchange_.socket().reset();
            return false;
        }
        if (!exchange_.done() || manner_ == Manner::idle)
            return true;
        tally.done++;
        if (exchange_.half_closes) {
            exchange_.socket().close();
            return false;
        }
        go_on();
        return true;
    }

private:
    // Those that do not read see the end by what poll() reports.
    bool passive() const { return manner_ == Manner::idle || manner_ == Manner::mid_send; }

    size_t payload() const {
        switch (manner_) {
        case Manner::mid_body:
        case Manner::mid_send:
        case Manner::reset:
            return noise().size() / 2;
        case Manner::slow:
            return 300;
        case Manner::half_closed:
            return 200000;
        default:
            return 1 + number_ % 4000;
        }
    }

    void go_on() {
        number_ += 101;
        exchange_.next(manner_ == Manner::idle ? std::string_view()
                                               : noise().part(number_, payload()));
    }

    Manner manner_;
    size_t number_;
    Exchange exchange_;
    Clock::time_point due_{};
};

} // namespace

std::unique_ptr<Client> make_echo_client(Manner manner, size_t number) {
    return std::make_unique<EchoClient>(manner, number);
}

} // namespace ktcp::test
