// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "client/conversation.hh"

#include "reference/content.hh"
#include "reference/request_head.hh"
#include "reference/target.hh"
#include "require.hh"

namespace ktcp::fuzz {
namespace {

reference::Limits limits_of(const ktcp_http_config& config) {
    return {config.head_size, config.target_size, config.field_count};
}

} // namespace

void Conversation::ask(std::string_view bytes) {
    if (closing_)
        return;
    asked_ += bytes;
    // As far as it can be read; what cannot is refused by the server, too.
    while (known_ < asked_.size()) {
        const std::string rest = asked_.substr(known_);
        const reference::RequestHead head = reference::read_request_head(rest, limits_of(config_));
        if (head.outcome != reference::RequestHead::Outcome::complete)
            return;
        const reference::Content content =
            reference::read_content(head, rest.substr(head.size), config_.body_size);
        const bool has_content = head.framing != reference::RequestHead::Framing::none;
        if (has_content && content.outcome != reference::Content::Outcome::complete)
            return;
        const reference::Target target = reference::read_target(head.target);
        requests_.push_back({.size = head.size + (has_content ? content.size : 0),
                             .gets = head.method == "GET",
                             .to_head = head.method == "HEAD",
                             .known = target.status == 0 && !target.asterisk && !target.missing,
                             .path = target.path});
        known_ += requests_.back().size;
    }
}

void Conversation::answered(std::string_view bytes, const Judge& judge) {
    while (!bytes.empty()) {
        if (!reading_)
            begin();
        bytes.remove_prefix(reader_.feed(bytes));
        check(reader_.fault().empty(), reader_.fault(), describe());
        if (reader_.done())
            finish(judge);
    }
}

std::string Conversation::end(const Judge& judge) {
    std::string fault;
    if (reading_) {
        reader_.end_of_input();
        fault = reader_.fault();
        if (fault.empty())
            finish(judge);
        reading_ = false;
    }
    closing_ = true;
    return fault;
}

void Conversation::begin() {
    check(!closing_, "something behind the last response", describe());
    check(!asked_.empty(), "an answer to nothing");
    reader_.start(requests_.empty()
                      ? reference::read_request_head(asked_, limits_of(config_)).method == "HEAD"
                      : requests_.front().to_head);
    reading_ = true;
}

void Conversation::finish(const Judge& judge) {
    const test::Response& response = reader_.response();
    reading_ = false;
    if (response.status == 100)
        return;
    judge(response, requests_.empty() ? nullptr : &requests_.front());
    const std::string* connection = response.find("Connection");
    closing_ = connection && *connection == "close";
    if (closing_) {
        asked_.clear();
        requests_.clear();
        known_ = 0;
        return;
    }
    check(!requests_.empty(), "an answer before the request is whole", describe());
    asked_.erase(0, requests_.front().size);
    known_ -= requests_.front().size;
    requests_.pop_front();
}

} // namespace ktcp::fuzz
