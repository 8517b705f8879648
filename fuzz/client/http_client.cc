// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The order of things; what a single response may be is in http_expectations.cc.
#include "client/http_client.hh"

#include "support/http_date.hh"

namespace ktcp::fuzz {

void HttpClient::delivered(std::string_view bytes) {
    if (!closing_)
        delivered_ += bytes;
}

ktcp_resource HttpClient::look_up(const ktcp_resource_request& request, Input& input) {
    answers_.push_back(fuzz::look_up(request, input));
    if (resource().status == KTCP_RESOURCE_DIRECTORY)
        entries_ = entries_of(input, complete_);
    next_entry_ = 0;
    return resource();
}

bool HttpClient::next_entry(ktcp_entry& entry) {
    if (next_entry_ == entries_.size())
        return false;
    const Entry& next = entries_[next_entry_++];
    entry = {next.name.data(), static_cast<uint32_t>(next.name.size()), next.kind,
             next.modified_seconds, next.size};
    return true;
}

void HttpClient::arrived(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!reading_)
            begin_response();
        bytes.remove_prefix(reader_.feed(bytes));
        check(reader_.fault().empty(), reader_.fault(), describe());
        if (reader_.done())
            finish_response();
    }
}

void HttpClient::begin_response() {
    check(!closing_, "something behind the last response", describe());
    read_request();
    reader_.start(head_.method == "HEAD");
    reading_ = true;
}

// A server answers as soon as it can, so what it answers is what it has got by now.
void HttpClient::read_request() {
    check(!delivered_.empty(), "an answer to nothing");
    head_ = reference::read_request_head(
        delivered_, {config_.head_size, config_.target_size, config_.field_count});
    content_ = {};
    content_.outcome = Content::Outcome::complete;
    target_ = {};
    has_content_ = content_waits_ = false;
    if (head_.outcome != Head::Outcome::complete)
        return;
    target_ = reference::read_target(head_.target);
    has_content_ = head_.framing == Head::Framing::chunked || head_.content_length != 0;
    const std::string rest = delivered_.substr(head_.size);
    if (has_content_)
        content_ = reference::read_content(head_, rest, config_.body_size);
    content_waits_ = has_content_ && head_.expects_continue && head_.minor_version >= 1 &&
                     rest.empty() && !continued_;
}

void HttpClient::finish_response() {
    const test::Response& response = reader_.response();
    reading_ = false;
    check(response.minor_version == 1, "version", describe());
    if (response.status == 100) {
        check(content_waits_, "a 100 that was not asked for", describe());
        continued_ = true;
        return;
    }
    responses_++;

    const std::string* date = response.find("Date");
    const auto sent_at = date ? test::parse_http_date(*date) : std::nullopt;
    check(sent_at && *sent_at <= now_ && *sent_at >= now_ - 100000, "Date", describe());
    const std::string* connection = response.find("Connection");
    closing_ = connection && *connection == "close";
    check(!connection || closing_ || *connection == "keep-alive", "Connection", describe());
    check(closing_ || response.framing != test::Response::Framing::until_close,
          "an end by closing that is not announced", describe());

    check_status(response.status);
    check_content(response);

    const bool read =
        head_.outcome == Head::Outcome::complete && content_.outcome == Content::Outcome::complete;
    const bool last = config_.max_requests != 0 && responses_ >= config_.max_requests;
    check(closing_ || (read && head_.persists && !last), "the connection must close", describe());
    check(!closing_ || !read || !head_.persists || last || drained_ || target_.status != 0 ||
              (has_content_ && head_.size + content_room > KTCP_BUFFER_SIZE) ||
              (content_waits_ && judge_request() != 0) ||
              response.framing == test::Response::Framing::until_close,
          "the connection need not close", describe());
    check(closing_ || head_.minor_version >= 1 || connection, "no keep-alive for HTTP/1.0",
          describe());

    if (closing_)
        delivered_.clear();
    else
        delivered_.erase(0, head_.size + content_.size);
    answers_.clear();
    entries_.clear();
    continued_ = timed_out_ = false;
}

void HttpClient::ended(ktcp_verdict verdict, bool input_ended, const test::OsStub& os) {
    if (verdict == KTCP_CLOSE) {
        if (reading_) {
            reader_.end_of_input();
            check(reader_.fault().empty(), reader_.fault(), describe());
            finish_response();
        }
        check(closing_ || input_ended || timed_out_ || drained_, "closed without a word",
              describe());
    }
    // What is counted is what was answered, or is about to be.
    uint64_t counted = 0;
    for (ktcp_counter counter : {KTCP_COUNT_responses_2xx, KTCP_COUNT_responses_3xx,
                                 KTCP_COUNT_responses_4xx, KTCP_COUNT_responses_5xx})
        counted += static_cast<uint64_t>(os.counters[counter]);
    check(counted == responses_ || counted == responses_ + 1, "the counters of responses",
          std::to_string(counted) + " for " + std::to_string(responses_));
}

} // namespace ktcp::fuzz
