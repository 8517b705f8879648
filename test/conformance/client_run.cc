// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "conformance/client_run.hh"

#include <time.h>

#include <stdexcept>
#include <thread>

#include "support/judge.hh"
#include "support/probe.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

class TcpPlayer {
public:
    TcpPlayer(const Case& one, const DocumentTree& tree, const Endpoint& server,
              std::chrono::seconds patience)
        : case_(one), tree_(tree), patience_(patience), socket_(Socket::connect(server)),
          judge_(one, tree, time(nullptr)) {
        timeval limit{patience.count(), 0};
        setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    }

    std::vector<std::string> play() {
        for (const Step& step : case_.steps)
            perform(step);
        // An end that is not asked for ends the reading, too: see read_until().
        read_until([&] { return judge_.all_received(); }, Clock::now() + patience_);
        if (!judge_.lost())
            perform_end();
        for (const std::string& complaint : judge_.complaints())
            complaints_.push_back(complaint);
        return std::move(complaints_);
    }

private:
    void complain(std::string what) { complaints_.push_back(std::move(what)); }

    void perform(const Step& step) {
        switch (step.kind) {
        case Step::Kind::send:
            // A server may refuse a request before it has all of it.
            last_send_ = Clock::now();
            socket_.send_all(expand(step.bytes, judge_.values()));
            break;
        case Step::Kind::wait:
            std::this_thread::sleep_for(milliseconds(step.milliseconds));
            break;
        case Step::Kind::await:
            read_until([&] { return judge_.received() >= step.responses; },
                       Clock::now() + patience_);
            if (judge_.received() < step.responses)
                complain("'await': only " + std::to_string(judge_.received()) + " of " +
                         std::to_string(step.responses) + " responses have come");
            break;
        case Step::Kind::half_close:
            shutdown(socket_.fd(), SHUT_WR);
            break;
        }
    }

    template <class Done> void read_until(Done done, Clock::time_point until) {
        char buffer[65536];
        while (!done() && !judge_.lost() && how_ == Socket::Got::data) {
            size_t size = 0;
            auto got = socket_.receive(buffer, sizeof(buffer), until, size);
            if (got == Socket::Got::data)
                judge_.feed({buffer, size});
            else if (got == Socket::Got::timeout)
                return;
            else
                note_end(got);
        }
    }

    void note_end(Socket::Got how) {
        how_ = how;
        ended_ = Clock::now();
        judge_.end_of_input();
    }

    void perform_end() {
        if (!judge_.all_received())
            return complain("only " + std::to_string(judge_.received()) + " responses have come");
        if (case_.end == Case::End::kept)
            return probe();
        auto limit = milliseconds(case_.end == Case::End::timeout ? case_.timeout_max : 0);
        read_until([] { return false; }, last_send_ + std::max<Clock::duration>(limit, patience_));
        if (how_ == Socket::Got::data)
            return complain("the connection was not ended");
        if (how_ == Socket::Got::reset && case_.end != Case::End::ended)
            complain("the connection was ended by RST");
        if (case_.end == Case::End::timeout)
            check_time();
    }

    void check_time() {
        auto waited = std::chrono::duration_cast<milliseconds>(ended_ - last_send_).count();
        // The server's clock may be as coarse as a tick of its kernel.
        constexpr int coarse = 20;
        int least = case_.waits() ? 0 : static_cast<int>(case_.timeout_exact) - coarse;
        if (waited < least || waited > case_.timeout_max)
            complain("the end came after " + std::to_string(waited) + " ms, expected " +
                     std::to_string(case_.timeout_exact) + " to " +
                     std::to_string(case_.timeout_max));
    }

    void probe() {
        if (how_ != Socket::Got::data)
            return complain("the connection was not kept");
        socket_.send_all(probe_request(case_.profile));
        std::string bytes;
        const Socket::Got got = socket_.receive_all(bytes, Clock::now() + patience_);
        if (std::string fault = probe_fault(bytes, case_.profile, tree_); !fault.empty())
            complain("a further request on the connection: " + fault);
        else if (got != Socket::Got::end)
            complain("no FIN after Connection: close");
    }

    const Case& case_;
    const DocumentTree& tree_;
    std::chrono::seconds patience_;
    // Read before the server can have started the clock that ends the connection, thus before
    // the socket connects: on a busy machine this client may be late itself, and must not think
    // the server early.
    Clock::time_point last_send_ = Clock::now(), ended_;
    Socket socket_;
    Judge judge_;
    Socket::Got how_ = Socket::Got::data; // data: the connection has not ended
    std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> play_over_tcp(const Case& one, const DocumentTree& tree,
                                       const Endpoint& server, std::chrono::seconds patience) {
    try {
        return TcpPlayer(one, tree, server, patience).play();
    } catch (const std::exception& e) {
        return {e.what()};
    }
}

} // namespace ktcp::test
