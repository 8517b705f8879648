// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Clients of a web server. Whatever they do, each response that they read must be one that
// was asked for, whole, or cut by a reset: a FIN in the middle would be taken for its end.
#include <sys/socket.h>

#include <cerrno>
#include <deque>

#include "support/http_response.hh"
#include "torture/traffic.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds slow_pause{15};
constexpr size_t reset_after = 5000;

struct Target {
    const char* path;
    int status;
    bool constant; // the same bytes each time
    uint64_t sum = 0;
    bool seen = false;
};

// Of the tree that test/conformance's make_tree makes.
Target targets[] = {
    {"/hello.txt", 200, true, 0, false},
    {"/1m.bin", 200, true, 0, false},
    {"/", 200, false, 0, false},
    {"/is-not-there", 404, false, 0, false},
};
Target& small = targets[0];
Target& large = targets[1];

class HttpClient : public Client {
public:
    HttpClient(Manner manner, size_t number)
        : manner_(manner), number_(number), reader_([this](std::string_view part) {
              for (char c : part)
                  sum_ = sum_ * 31 + static_cast<unsigned char>(c);
          }) {}

    int window() const override { return manner_ == Manner::mid_send ? 4096 : 0; }

    void begin(Socket socket) override {
        socket_ = std::move(socket);
        reading_ = false;
        expected_.clear();
        received_ = sent_ = 0;
        answered_ = 0;
        out_ = first_words();
    }

    short events() const override {
        int wanted = passive() || reads_slowly() ? 0 : POLLIN;
        if (sent_ < out_.size() && !writes_slowly())
            wanted |= POLLOUT;
        return static_cast<short>(wanted);
    }

    Clock::time_point due() const override {
        return reads_slowly() || writes_slowly() ? due_ : Clock::time_point::max();
    }

    const Socket& socket() const override { return socket_; }
    bool deaf() const override { return manner_ == Manner::mid_send; }
    void abandon() override { socket_.reset(); }

    bool step(short events, Tally& tally) override {
        due_ = Clock::now() + slow_pause;
        bool goes_on = !(passive() && events & (POLLRDHUP | POLLHUP | POLLERR)) && write() &&
                       (passive() || read(tally));
        if (goes_on && manner_ == Manner::reset &&
            (number_ % 2 ? received_ > reset_after : sent_ == out_.size())) {
            socket_.reset();
            return false;
        }
        if (!goes_on)
            socket_.close();
        return goes_on;
    }

private:
    // Those that do not read see the end by what poll() reports.
    bool passive() const {
        return manner_ == Manner::mid_send || (manner_ == Manner::idle && number_ % 2);
    }
    bool reads_slowly() const {
        return number_ % 2 && (manner_ == Manner::slow || manner_ == Manner::half_closed);
    }
    bool writes_slowly() const { return number_ % 2 == 0 && manner_ == Manner::slow; }
    // Asks again when it has its answers.
    bool lasting() const { return manner_ == Manner::busy || manner_ == Manner::slow; }

    std::string ask(Target& target, const char* more = "") {
        expected_.push_back(&target);
        return std::string("GET ") + target.path + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n";
    }

    std::string first_words() {
        std::string words;
        switch (manner_) {
        case Manner::idle: // half of them after an answer
            return number_ % 2 ? "" : ask(small);
        case Manner::mid_head:
            return "GET /hello.txt HTTP/1.1\r\nHo";
        case Manner::mid_body:
            return ask(small, "Content-Length: 1000\r\n") + "abc";
        case Manner::mid_send:
            for (int i = 0; i < 10; i++)
                words += ask(large);
            return words;
        case Manner::half_closed:
            for (int i = 0; i < 3; i++)
                words += ask(large);
            return words;
        case Manner::reset:
            return ask(large);
        case Manner::crowd:
            return ask(targets[number_ % 4], "Connection: close\r\n");
        default:
            return next_words();
        }
    }

    std::string next_words() {
        number_ += 2; // odd ones stay odd
        return ask(reads_slowly() ? large : targets[number_ / 2 % 8 < 4 ? number_ / 2 % 4 : 0]);
    }

    bool write() {
        if (sent_ == out_.size())
            return true;
        std::string_view rest = std::string_view(out_).substr(sent_, writes_slowly() ? 1 : 1 << 20);
        ssize_t n = send(socket_.fd(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        sent_ += static_cast<size_t>(n);
        if (sent_ == out_.size() && manner_ == Manner::half_closed)
            shutdown(socket_.fd(), SHUT_WR);
        return true;
    }

    // False when there is no connection any more.
    bool read(Tally& tally) {
        static char buffer[64 << 10];
        // Read slowly, a megabyte would take minutes; so a good piece each time.
        ssize_t n =
            recv(socket_.fd(), buffer, reads_slowly() ? 16 << 10 : sizeof(buffer), MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0) {
            if (reading_)
                tally.fail("a FIN in the middle of " + where());
            return false;
        }
        received_ += static_cast<size_t>(n);
        tally.bytes += static_cast<size_t>(n);
        return take({buffer, static_cast<size_t>(n)}, tally);
    }

    bool take(std::string_view bytes, Tally& tally) {
        while (!bytes.empty()) {
            if (!reading_) {
                reader_.start(false);
                sum_ = 0;
                reading_ = true;
            }
            bytes.remove_prefix(reader_.feed(bytes));
            if (!reader_.fault().empty()) {
                tally.fail(reader_.fault() + ": in " + where());
                return false;
            }
            if (reader_.done()) {
                reading_ = false;
                judge(tally);
            }
        }
        if (expected_.empty() && !reading_ && sent_ == out_.size() && lasting()) {
            out_ = next_words();
            sent_ = 0;
            return write();
        }
        return true;
    }

    void judge(Tally& tally) {
        const Response& got = reader_.response();
        tally.done++;
        answered_++;
        // A head that took too long is given up at any time.
        if (got.status == 408)
            return expected_.clear();
        if (expected_.empty())
            return tally.fail("an answer that nobody asked for: " + std::to_string(got.status));
        Target& target = *expected_.front();
        expected_.pop_front();
        if (got.status != target.status)
            return tally.fail(std::string(target.path) + ": " + std::to_string(got.status));
        if (target.constant && target.seen && target.sum != sum_)
            tally.fail(std::string(target.path) + " had other bytes before");
        target.seen = true;
        target.sum = sum_;
    }

    std::string where() const {
        return "answer " + std::to_string(answered_ + 1) + " to " +
               (expected_.empty() ? "nothing" : expected_.front()->path);
    }

    Manner manner_;
    size_t number_;
    Socket socket_;
    std::string out_;
    size_t sent_ = 0, received_ = 0, answered_ = 0;
    std::deque<Target*> expected_;
    ResponseReader reader_;
    bool reading_ = false; // in the middle of a response
    uint64_t sum_ = 0;
    Clock::time_point due_{};
};

} // namespace

std::unique_ptr<Client> make_http_client(Manner manner, size_t number) {
    return std::make_unique<HttpClient>(manner, number);
}

} // namespace ktcp::test
