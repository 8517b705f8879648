// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "peers/observation.hh"

#include <algorithm>
#include <thread>

#include "support/http_response.hh"
#include "support/judge.hh"
#include "support/probe.hh"

namespace ktcp::test {

namespace {

using std::chrono::milliseconds;

// Long enough for a FIN, or for a response that was not expected, to follow the last one.
constexpr milliseconds settle{400};

bool allows(const ExpectedResponse& expected, int status) {
    return std::ranges::count(expected.statuses, status) != 0;
}

class Observer {
public:
    Observer(const Case& one, const DocumentTree& tree, const Endpoint& server,
             std::chrono::seconds patience)
        : case_(one), tree_(tree), patience_(patience), socket_(Socket::connect(server)) {
        timeval limit{patience.count(), 0};
        setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        for (const ExpectedResponse& expected : case_.expected)
            if (!expected.optional)
                due_.push_back(&expected);
            else
                optional_.insert(optional_.end(), expected.statuses.begin(),
                                 expected.statuses.end());
        start();
    }

    Observation play() {
        for (const Step& step : case_.steps)
            perform(step);
        read_until(due_.size(), patience_);
        seen_.end = find_end();
        return std::move(seen_);
    }

private:
    void start() { reader_.start(responses_ < due_.size() && due_[responses_]->to_head); }

    void perform(const Step& step) {
        switch (step.kind) {
        case Step::Kind::send:
            socket_.send_all(
                expand(step.bytes, values_)); // a server may refuse before it has all of it
            break;
        case Step::Kind::wait:
            std::this_thread::sleep_for(milliseconds(step.milliseconds));
            break;
        case Step::Kind::await:
            read_until(step.responses, patience_);
            break;
        case Step::Kind::half_close:
            shutdown(socket_.fd(), SHUT_WR);
            break;
        }
    }

    // Until so many responses have come (interim ones that are expected count), the
    // connection ends, or the time is up.
    void read_until(size_t responses, milliseconds most) {
        auto until = Clock::now() + most;
        char buffer[65536];
        while (responses_ < responses && !ended_) {
            size_t size = 0;
            auto got = socket_.receive(buffer, sizeof(buffer), until, size);
            if (got == Socket::Got::timeout)
                return;
            if (got == Socket::Got::data)
                feed({buffer, size});
            else
                note_end();
        }
    }

    void note_end() {
        ended_ = true;
        if (!reader_.started() || raw_)
            return;
        reader_.end_of_input();
        finished();
    }

    void feed(std::string_view bytes) {
        while (!bytes.empty() && !raw_) {
            bytes.remove_prefix(reader_.feed(bytes));
            if (reader_.done())
                finished();
        }
    }

    void finished() {
        if (!reader_.fault().empty()) {
            seen_.statuses.push_back("raw");
            seen_.remarks.push_back(reader_.fault());
            raw_ = true;
            return;
        }
        const Response& got = reader_.response();
        bool ignored = std::ranges::count(optional_, got.status) != 0 &&
                       (responses_ == due_.size() || !allows(*due_[responses_], got.status));
        if (!ignored) {
            seen_.statuses.push_back(std::to_string(got.status));
            if (responses_ < due_.size() && allows(*due_[responses_], got.status))
                check(*due_[responses_], got);
            // An interim response that nobody asked for is not the one that is due.
            if (got.status >= 200 ||
                (responses_ < due_.size() && allows(*due_[responses_], got.status)))
                responses_++;
        }
        start();
    }

    void check(const ExpectedResponse& expected, const Response& got) {
        for (const FieldRule& rule : expected.fields)
            if (const std::string* value = got.find(rule.name);
                value && rule.kind == FieldRule::Kind::remember)
                values_[rule.value] = *value;
        for (const RuleFault& fault : rule_faults(expected.expanded(values_), got, tree_)) {
            if (std::ranges::count(seen_.faults, fault.what) == 0)
                seen_.faults.push_back(fault.what);
            seen_.remarks.push_back(fault.text);
        }
    }

    Observation::End find_end() {
        using End = Observation::End;
        constexpr size_t all_that_come = SIZE_MAX;
        bool must_end = case_.end == Case::End::timeout || case_.half_closes();
        if (must_end) {
            read_until(all_that_come, patience_);
            return ended_ ? End::closed : End::silent;
        }
        read_until(all_that_come, settle);
        if (ended_)
            return End::closed;
        if (responses_ < due_.size() || raw_)
            return End::silent;
        return probe();
    }

    Observation::End probe() {
        socket_.send_all(probe_request(case_.profile));
        std::string bytes;
        const Socket::Got got = socket_.receive_all(bytes, Clock::now() + patience_);
        if (bytes.empty())
            return got == Socket::Got::timeout ? Observation::End::silent
                                               : Observation::End::closed;
        std::string fault = probe_fault(bytes, case_.profile, tree_);
        if (fault.empty())
            return Observation::End::kept;
        seen_.remarks.push_back("a further request: " + fault);
        return Observation::End::confused;
    }

    const Case& case_;
    const DocumentTree& tree_;
    milliseconds patience_;
    Socket socket_;
    ResponseReader reader_;
    std::vector<const ExpectedResponse*> due_;
    std::vector<int> optional_; // statuses of responses that need not come
    size_t responses_ = 0;      // of those due
    bool ended_ = false;
    bool raw_ = false; // what comes is not HTTP/1.x, and not looked at any more
    Values values_;    // what the case remembers of the responses so far
    Observation seen_;
};

} // namespace

std::string Observation::outcome() const {
    std::string text;
    for (size_t first = 0, next = 0; first < statuses.size(); first = next) {
        while (next < statuses.size() && statuses[next] == statuses[first])
            next++;
        text +=
            statuses[first] + (next - first > 1 ? "x" + std::to_string(next - first) : "") + " ";
    }
    constexpr const char* ends[] = {"kept", "confused", "closed", "silent"};
    text += ends[static_cast<size_t>(end)];
    for (const std::string& fault : faults)
        text += " !" + fault;
    return text;
}

Observation observe(const Case& one, const DocumentTree& tree, const Endpoint& server,
                    std::chrono::seconds patience) {
    return Observer(one, tree, server, patience).play();
}

} // namespace ktcp::test
