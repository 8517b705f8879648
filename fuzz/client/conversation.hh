// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What was asked for on one connection, by the reference reading of the client's own
// bytes, and what came back: each response is whole, of the right shape, and belongs to a
// request. What it may say is its user's to judge.
#pragma once

#include "ktcp/http.h"
#include "support/http_response.hh"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace ktcp::fuzz {

class Conversation {
public:
    struct Request {
        size_t size = 0; // with its content
        bool gets = false, to_head = false;
        bool known = false; // its target is a path
        std::string path{}; // decoded, without "/" at either end
    };
    // A final response, and the request if that was whole and readable, or null.
    using Judge = std::function<void(const test::Response&, const Request*)>;

    // Of the config, the limits matter. It must outlive the conversation.
    explicit Conversation(const ktcp_http_config& config) : config_(config) {}

    // The client sends. What can be read as requests is in requests() from then on.
    void ask(std::string_view bytes);
    // The client receives. A fault ends the run (require.hh).
    void answered(std::string_view bytes, const Judge& judge);
    // The server's FIN. If it cuts a response off: why that is a fault; else "".
    std::string end(const Judge& judge);

    const std::deque<Request>& requests() const { return requests_; } // not answered yet
    bool closing() const { return closing_; } // the last response has said so, or its end
    // The client has sent something behind the first request that is not answered.
    bool asks_more() const {
        return closing_ || (!requests_.empty() && asked_.size() > requests_.front().size);
    }
    // For a report of what does not hold.
    auto describe() const {
        return [this] { return "in the answer to: " + asked_; };
    }

private:
    void begin();
    void finish(const Judge& judge);

    const ktcp_http_config& config_;
    std::string asked_; // and not answered yet
    size_t known_ = 0;  // of which so much is in requests_
    std::deque<Request> requests_;
    test::ResponseReader reader_;
    bool reading_ = false;
    bool closing_ = false;
};

} // namespace ktcp::fuzz
