// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "world/client.hh"

#include "support/html_listing.hh"
#include "support/json_listing.hh"
#include "world/decode.hh"
#include "world/world.hh"

#include <algorithm>
#include <linux/openat2.h>

namespace ktcp::fuzz {
namespace {

// More than this nobody wants of one connection; the largest file has no end.
constexpr uint64_t enough = 700 * 1024;
// Of one file, while it is asked for: beyond, it may be sent as it is read.
constexpr uint64_t most_changes = 4;

std::string_view value_of(const test::Response& response, const char* name) {
    const std::string* value = response.find(name);
    return value ? std::string_view(*value) : std::string_view();
}

} // namespace

Client::Client(World& world, uint8_t address)
    : address(address), world_(world), conversation_(*world.config),
      judge_([this](const test::Response& response, const Conversation::Request* request) {
          judge(response, request);
      }) {}

void Client::send(std::string_view bytes) {
    if (bytes.empty())
        return;
    world_.log("  a client sends", socket_number(), bytes.size());
    socket->in += bytes;
    world_.signal(*socket);
    conversation_.ask(bytes);
    const auto& requests = conversation_.requests();
    for (size_t i = found_.size(); i < requests.size(); i++) {
        Found found{requests[i].known, requests[i].path, {}, {}, world_.tree.changes()};
        look(found);
        found_.push_back(std::move(found));
    }
}

void Client::half_close() {
    half_closed_ = socket->fin = true;
    world_.signal(*socket);
}

void Client::reset() {
    gone_ = socket->reset = true;
    socket->out = 0;
    under_way_.clear();
    world_.signal(*socket);
}

void Client::take(size_t most) {
    if (gone_)
        return;
    const size_t n = std::min(most, under_way_.size());
    const std::string bytes = under_way_.substr(0, n);
    under_way_.erase(0, n);
    taken_ += n;
    socket->out -= std::min(n, socket->out);
    socket->acknowledged += n;
    if (socket->starved && socket->free_room() >= socket->room / 3 && socket->free_room() != 0) {
        socket->starved = false;
        world_.signal(*socket);
    }
    read(bytes);
    if (server_shut_ && under_way_.empty()) {
        server_shut_ = false;
        // Whoever is given up in the middle of something must see that it is so; only a
        // socket that fails under the server's hands may end in any way.
        const std::string fault = conversation_.end(judge_);
        check(fault.empty() || world_.faults() != 0, fault, describe());
    }
    if (taken_ > enough)
        reset();
}

void Client::sent(std::string_view bytes) {
    socket->out += bytes.size();
    under_way_ += bytes;
}

void Client::shut_down() {
    if (!gone_)
        server_shut_ = true;
    if (greedy)
        take(SIZE_MAX);
}

void Client::closed(bool by_reset) {
    server_closed_ = true;
    if (gone_)
        return;
    if (!by_reset) {
        server_shut_ = true;
        if (greedy)
            take(SIZE_MAX);
        return;
    }
    // What comes behind a last request may be cut off: who sends more cannot expect to be
    // heard. (Who sent no whole request is heard to the end.)
    check(excused || !world_.undisturbed() || half_closed_ ||
              (conversation_.asks_more() && !socket->in.empty()),
          "reset without a reason", describe());
    gone_ = true;
    under_way_.clear();
}

bool Client::waits_for_answer() const {
    return accepted && !over() && !conversation_.closing() && !server_shut_ &&
           !conversation_.requests().empty() && under_way_.empty();
}

void Client::look_again() {
    for (Found& found : found_)
        look(found);
}

// By the rule for links; and as fstatat would, which may be believed for a moment where a
// directory has been moved out of the root.
void Client::look(Found& found) const {
    if (!found.known)
        return;
    constexpr uint64_t rules[KTCP_SYMLINKS_COUNT] = {RESOLVE_BENEATH, RESOLVE_IN_ROOT,
                                                     RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH};
    const auto add = [this](std::vector<Bytes>& contents, const std::string& path) {
        for (uint64_t rule : {rules[world_.symlinks], uint64_t{0}}) {
            int error = 0;
            const NodeRef node = world_.tree.walk(world_.tree.served(), path.empty() ? "." : path,
                                                  rule, true, error);
            if (node && node->content &&
                std::ranges::find(contents, node->content) == contents.end())
                contents.push_back(node->content);
        }
    };
    const std::string index = found.path.empty() ? "index.html" : found.path + "/index.html";
    for (const std::string& path : {found.path, index}) {
        add(found.files, path);
        add(found.coded, path + ".gz");
    }
}

void Client::read(std::string_view bytes) {
    if (!gone_)
        conversation_.answered(bytes, judge_);
}

void Client::judge(const test::Response& response, const Conversation::Request* request) {
    check(response.status != 500 || !world_.undisturbed(), "a 500 for no reason", describe());
    check(response.body.find(Tree::outside) == std::string::npos, "a byte from outside the root",
          describe());
    if (request && request->known && request->gets) {
        const bool listing =
            value_of(response, "Accept-Ranges").empty() && value_of(response, "ETag").empty();
        if (response.status == 200 && listing)
            check_listing(response, request->path);
        else if (response.status == 200 || response.status == 206)
            check_file(response, found_.front());
    }
    if (value_of(response, "Connection") == "close")
        found_.clear();
    else if (!found_.empty())
        found_.pop_front();
}

// The bytes are those of the file as it was at one moment since it was asked for.
void Client::check_file(const test::Response& response, const Found& found) const {
    const std::string_view coding = value_of(response, "Content-Encoding");
    const std::string_view range = value_of(response, "Content-Range");
    const bool multipart = value_of(response, "Content-Type").starts_with("multipart/");
    if (world_.faults() != 0 || multipart || response.content_length > world_.kept_size ||
        world_.tree.changes() - found.changes > most_changes || world_.kept_size == 0)
        return;
    size_t begin = 0;
    if (!range.empty())
        begin = std::strtoull(std::string(range.substr(range.find(' ') + 1)).c_str(), nullptr, 10);
    bool large = false;
    const auto is = [&](const std::string& body, const std::vector<Bytes>& files, bool whole) {
        for (const Bytes& file : files) {
            large |= file->size() > world_.kept_size;
            if (begin <= file->size() &&
                (whole ? *file == body : file->compare(begin, body.size(), body) == 0))
                return true;
        }
        return false;
    };
    if (coding.empty()) {
        const bool same = is(response.body, found.files, range.empty());
        // A part of what has no end, or is not kept.
        const bool endless = response.body.find_first_not_of('b') == std::string::npos;
        check(same || large || endless, "not what the file was", describe());
        return;
    }
    if (is(response.body, found.coded, true))
        return;
    std::string plain;
    check(decode(coding, response.body, plain), "a coding that cannot be undone", describe());
    check(is(plain, found.files, true), "not what the file was, in a coding", describe());
}

void Client::check_listing(const test::Response& response, const std::string& path) const {
    int error = 0;
    const NodeRef node = world_.tree.walk(world_.tree.served(), path.empty() ? "." : path,
                                          RESOLVE_BENEATH, true, error);
    const std::string_view type = value_of(response, "Content-Type");
    if (!world_.undisturbed() || !node || node->kind != Node::Kind::directory)
        return;
    std::vector<std::string> names;
    for (const auto& [name, entry] : node->entries)
        if (world_.config->list_hidden || name[0] != '.')
            names.push_back(name);
    std::string text;
    if (!decode(value_of(response, "Content-Encoding"), response.body, text))
        check(false, "a coding that cannot be undone", describe());
    const std::string fault = type == "application/json"
                                  ? test::compare_json_listing(text, names)
                                  : test::compare_listing(text, names, path.empty());
    check(fault.empty(), fault, describe());
}

} // namespace ktcp::fuzz
