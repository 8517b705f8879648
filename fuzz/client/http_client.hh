// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A client that knows what it has asked for, by the reference reading of its own
// bytes, and what is on the server's disk; and so what may come back, and what not.
#pragma once

#include "client/documents.hh"
#include "drive.hh"
#include "ktcp/http.h"
#include "reference/content.hh"
#include "reference/request_head.hh"
#include "reference/target.hh"
#include "support/http_response.hh"

#include <map>
#include <string>
#include <vector>

namespace ktcp::fuzz {

class HttpClient : public Peer {
public:
    explicit HttpClient(const ktcp_http_config& config) : config_(config) {}

    void delivered(std::string_view bytes) override;
    void arrived(std::string_view bytes) override;
    void time_ran_out() override { timed_out_ = true; }
    void drained() override { drained_ = true; }
    void ended(ktcp_verdict verdict, bool input_ended, const test::OsStub& os) override;
    bool owes_nothing() const override { return !reading_ && delivered_.empty(); }
    void at(const ktcp_now& now) override { now_ = now.unix_seconds; }

    ktcp_resource look_up(const ktcp_resource_request& request, Input& input) override;
    void rendered(const ktcp_resource& resource) override { answers_.back().resource = resource; }
    bool next_entry(ktcp_entry& entry) override;
    void first_entry() override { next_entry_ = 0; }
    bool entries_complete() override { return complete_; }
    void read_resource(uint64_t offset, char* out, size_t n) override {
        const ktcp_resource file = resource();
        for (size_t i = 0; i < n; i++)
            out[i] = byte_of(file, offset + i);
    }

private:
    // A head that leaves less room than this in a buffer cannot have content: 431.
    static constexpr size_t content_room = 512;

    using Head = reference::RequestHead;
    using Content = reference::Content;

    // A response begins: which request is it to?
    void begin_response();
    void read_request();
    void finish_response();
    // The status that the request has earned by itself; 0: it depends on the resource.
    int judge_request() const;
    void check_status(int status) const;
    void check_resource_status(int status) const;
    void check_looked_up() const;
    void check_redirect(const test::Response& response) const;
    void check_file(const test::Response& response);
    void check_range(std::string_view content_range, std::string_view bytes, uint64_t& begin,
                     uint64_t& end) const;
    void check_multipart(const test::Response& response) const;
    void check_content(const test::Response& response);
    void check_rendering(const test::Response& response) const;
    void check_listing(const test::Response& response) const;
    void check_order(const std::vector<Entry>& entries, const std::vector<std::string>& arrived,
                     std::vector<std::string> listed, bool must_be_sorted) const;

    const ktcp_resource& resource() const { return answers_.back().resource; }
    bool has_files() const { return config_.has_root || config_.site_count != 0; }
    bool asks_with(const char* field) const;
    auto describe() const {
        return [this] { return "in the answer to: " + delivered_; };
    }

    const ktcp_http_config& config_;
    std::string delivered_; // and not yet answered
    int64_t now_ = 0;

    // The request that is being answered.
    Head head_;
    Content content_;
    reference::Target target_;
    bool has_content_ = false;
    bool content_waits_ = false; // for a 100, or for its refusal
    bool continued_ = false;     // by a 100
    std::vector<Answer> answers_;
    std::vector<Entry> entries_;
    size_t next_entry_ = 0;
    bool complete_ = true;

    test::ResponseReader reader_;
    bool reading_ = false;
    bool closing_ = false; // the last response said so
    bool timed_out_ = false;
    bool drained_ = false;
    uint64_t responses_ = 0;
    std::map<std::string, std::string> tags_;   // of representations
    std::map<std::string, std::string> tagged_; // the other way round
};

} // namespace ktcp::fuzz
