// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "conformance/engine_run.hh"

#include <algorithm>
#include <stdexcept>

#include "support/judge.hh"
#include "support/probe.hh"

namespace ktcp::test {

namespace {

// One playing of one case.
class Player {
public:
    Player(const Case& one, const ServerSettings& server, const DocumentTree& tree,
           const Delivery& delivery, const World& world, bool judged, Values known)
        : case_(one), tree_(tree), delivery_(delivery), judged_(judged), known_(std::move(known)),
          host_(ktcp_http_protocol, &server.config, server.roots, with_rule(world, server)),
          judge_(one, tree, host_.unix_seconds()) {}

    Transcript play() {
        for (const Step& step : case_.steps) {
            perform(step);
            judge_what_came();
            if (vanished_)
                return finish();
            if (step.kind == Step::Kind::await && judged_ && judge_.received() < step.responses)
                complain("'await': only " + std::to_string(judge_.received()) + " of " +
                         std::to_string(step.responses) + " responses have come");
        }
        perform_end();
        return finish();
    }

private:
    static World with_rule(World world, const ServerSettings& server) {
        world.symlinks = server.symlinks;
        return world;
    }

    void complain(std::string what) { transcript_.complaints.push_back(std::move(what)); }

    void perform(const Step& step) {
        switch (step.kind) {
        case Step::Kind::send:
            send(expand(step.bytes, judged_ ? judge_.values() : known_));
            break;
        case Step::Kind::wait:
            host_.advance(step.milliseconds);
            break;
        case Step::Kind::half_close:
            host_.end_of_input();
            break;
        case Step::Kind::await:
            break; // the host has driven the session as far as it goes
        }
    }

    void send(std::string_view bytes) {
        while (!bytes.empty() && !vanished_) {
            size_t n = std::min(bytes.size(), delivery_.piece);
            for (size_t stop : {delivery_.cut, delivery_.vanish_at})
                if (stop > offset_ && stop - offset_ < n)
                    n = stop - offset_;
            if (offset_ == delivery_.vanish_at) {
                vanished_ = true;
                host_.close();
                return;
            }
            host_.receive(bytes.substr(0, n));
            bytes.remove_prefix(n);
            offset_ += n;
        }
    }

    void judge_what_came() {
        if (!judged_)
            return;
        judge_.feed(std::string_view(host_.sent()).substr(judged_bytes_));
        judged_bytes_ = host_.sent().size();
    }

    void perform_end() {
        switch (case_.end) {
        case Case::End::kept:
            if (host_.end() != ScriptedHost::End::open)
                return complain("the connection was not kept");
            if (host_.buffers() || host_.spares() || host_.holds_resource())
                complain("an idle session holds a buffer or a resource");
            if (judged_)
                probe();
            return;
        case Case::End::closed:
            if (host_.end() != ScriptedHost::End::fin)
                complain("no FIN after the last response");
            break;
        case Case::End::ended:
            if (host_.end() == ScriptedHost::End::open)
                complain("the connection was not ended");
            break;
        case Case::End::timeout:
            wait_for_end();
        }
        if (host_.lingers()) {
            host_.end_of_input();
            if (host_.lingers())
                complain("it lingers although the peer's FIN has come");
        }
    }

    // The connection must still serve: nothing of what came before may stick.
    void probe() {
        judged_to_ = host_.sent().size();
        host_.receive(probe_request(case_.profile));
        std::string fault =
            probe_fault(std::string_view(host_.sent()).substr(judged_to_), case_.profile, tree_);
        if (!fault.empty())
            complain("a further request on the connection: " + fault);
        if (host_.end() != ScriptedHost::End::fin)
            complain("no FIN after Connection: close");
    }

    void wait_for_end() {
        unsigned waited = 0;
        while (host_.end() == ScriptedHost::End::open && waited < case_.timeout_max) {
            host_.advance(1);
            waited++;
        }
        judge_what_came();
        if (host_.end() == ScriptedHost::End::open)
            complain("no end within " + std::to_string(waited) + " ms");
        else if (waited != case_.timeout_exact)
            complain("the end came after " + std::to_string(waited) + " ms, not " +
                     std::to_string(case_.timeout_exact));
    }

    Transcript finish() {
        if (judged_ && case_.end != Case::End::kept)
            judge_.end_of_input();
        if (judged_ && !judge_.all_received() && !judge_.lost())
            complain("only " + std::to_string(judge_.received()) + " responses have come");
        for (const std::string& complaint : judge_.complaints())
            complain(complaint);
        transcript_.input_size = offset_;
        transcript_.failed_once = host_.failed_once();
        transcript_.values = judge_.values();
        transcript_.bytes = host_.sent().substr(0, judged_to_);
        transcript_.end = judged_to_ == std::string::npos ? host_.end() : ScriptedHost::End::open;
        drop_optional();
        return std::move(transcript_);
    }

    // Whether an optional interim response comes does depend on when the rest comes.
    void drop_optional() {
        constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
        for (const ExpectedResponse& expected : case_.expected)
            if (expected.optional)
                if (size_t at = transcript_.bytes.find(interim); at != std::string::npos)
                    transcript_.bytes.erase(at, interim.size());
    }

    const Case& case_;
    const DocumentTree& tree_;
    const Delivery& delivery_;
    bool judged_;
    const Values known_;
    ScriptedHost host_;
    Judge judge_;
    Transcript transcript_;
    size_t offset_ = 0;
    size_t judged_bytes_ = 0;
    size_t judged_to_ = std::string::npos;
    bool vanished_ = false;
};

} // namespace

Transcript play(const Case& one, const ServerSettings& server, const DocumentTree& tree,
                const Delivery& delivery, const World& world, bool judged, Values known) {
    return Player(one, server, tree, delivery, world, judged, std::move(known)).play();
}

} // namespace ktcp::test
