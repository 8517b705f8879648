// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a response may be, given the request and what is on the disk.
#include "client/http_client.hh"

#include "reference/characters.hh"
#include "support/escape.hh"
#include "support/http_date.hh"
#include "support/multipart_body.hh"

#include <algorithm>
#include <charconv>

namespace ktcp::fuzz {
namespace {

using reference::same_word;

std::string_view without_port(std::string_view authority) {
    const size_t bracket = authority.rfind(']');
    authority = authority.substr(0, authority.find(':', bracket == authority.npos ? 0 : bracket));
    if (authority.size() > 1 && authority.ends_with('.'))
        authority.remove_suffix(1);
    return authority;
}

// The root that a host's name leads to, RFC 9110 section 7.4; -1: none.
int64_t root_of(const ktcp_http_config& config, std::string_view host) {
    int64_t root = config.has_root ? 0 : -1;
    size_t longest = 0;
    for (uint32_t i = 0; i < config.site_count; i++) {
        const std::string_view name(config.sites[i].name, config.sites[i].name_size);
        if (same_word(name, host))
            return config.sites[i].root;
        if (!name.starts_with("*.") || name.size() <= longest || host.size() < name.size())
            continue;
        if (same_word(host.substr(host.size() - name.size() + 1), name.substr(1))) {
            longest = name.size();
            root = config.sites[i].root;
        }
    }
    return root;
}

bool take_number(std::string_view& text, uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

bool HttpClient::asks_with(const char* name) const {
    return std::any_of(
        head_.fields.begin(), head_.fields.end(),
        [name](const reference::Field& field) { return same_word(field.name, name); });
}

int HttpClient::judge_request() const {
    const std::string& method = head_.method;
    if (method != "GET" && method != "HEAD" && method != "OPTIONS") {
        for (const char* known : {"POST", "PUT", "DELETE", "CONNECT", "TRACE", "PATCH"})
            if (method == known)
                return 405;
        return 501;
    }
    if (target_.status != 0)
        return target_.status;
    if (head_.expects_other && head_.minor_version >= 1)
        return 417;
    if (method == "OPTIONS")
        return 204;
    if (target_.asterisk)
        return 400;
    if (!has_files())
        return 0;
    if (root_of(config_, without_port(target_.authority.empty() ? head_.host : target_.authority)) <
        0)
        return 421;
    return target_.missing ? 404 : 0;
}

void HttpClient::check_status(int status) const {
    const auto expect = [&](int expected) {
        check(status == expected, "status", [&] {
            return std::to_string(status) + ", not " + std::to_string(expected) + ' ' +
                   describe()();
        });
    };
    if (head_.outcome == Head::Outcome::refused)
        return expect(reference::status_of(head_.rule));
    if (head_.outcome == Head::Outcome::incomplete) {
        check(timed_out_, "an answer to a request that is not whole", describe());
        return expect(408);
    }
    const int judged = judge_request();
    if (has_content_ && head_.size + content_room > KTCP_BUFFER_SIZE)
        return expect(431);
    if (content_waits_ && judged != 0)
        return expect(judged);
    if (content_.outcome == Content::Outcome::refused)
        return expect(content_.status);
    if (content_.outcome == Content::Outcome::incomplete) {
        check(timed_out_, "an answer to content that is not whole", describe());
        return expect(408);
    }
    if (judged != 0)
        return expect(judged);
    if (!has_files())
        return expect(200);
    check_looked_up();
    check_resource_status(status);
}

// A directory is asked for its index page first.
void HttpClient::check_looked_up() const {
    const std::string index = target_.path + (target_.path.empty() ? "" : "/") + "index.html";
    std::vector<std::string> paths = {target_.path};
    if (target_.directory && target_.path.size() + 11 < 4096) {
        const ktcp_resource_status first = answers_.at(0).resource.status;
        if (first != KTCP_RESOURCE_NOT_FOUND && first != KTCP_RESOURCE_DIRECTORY)
            paths.clear();
        paths.insert(paths.begin(), index);
    }
    check(answers_.size() == paths.size(), "number of look-ups", describe());
    const std::string_view host =
        without_port(target_.authority.empty() ? head_.host : target_.authority);
    for (size_t i = 0; i < paths.size(); i++)
        check(answers_[i].path == paths[i] && answers_[i].root == root_of(config_, host),
              "what was looked up", answers_[i].path);
    // Ranges are of the file itself: who asks for one is not given a coded form, if he can
    // do without.
    const std::vector<uint8_t>& codings = answers_.back().codings;
    if (head_.method == "GET" && asks_with("Range"))
        check(codings.size() <= 1 ||
                  std::find(codings.begin(), codings.end(), KTCP_CODING_IDENTITY) == codings.end(),
              "a coded form for a range", describe());
}

void HttpClient::check_resource_status(int status) const {
    const auto fits = [&](bool condition) {
        check(condition, "status", [&] { return std::to_string(status) + ' ' + describe()(); });
    };
    const bool get = head_.method == "GET";
    switch (resource().status) {
    case KTCP_RESOURCE_NOT_FOUND:
        return fits(status == 404);
    case KTCP_RESOURCE_FORBIDDEN:
        return fits(status == 403);
    case KTCP_RESOURCE_FAILED:
        return fits(status == 500);
    case KTCP_RESOURCE_DIRECTORY:
        if (!target_.directory)
            return fits(status == 301 || (status == 414 && head_.target.size() > 300));
        return fits(status == 200 || (status == 406 && asks_with("Accept-Encoding")) ||
                    (status == 412 && asks_with("If-Match")) ||
                    (status == 304 && asks_with("If-None-Match")) ||
                    (status == 500 && get && !complete_));
    case KTCP_RESOURCE_FILE:
        break;
    }
    if (target_.directory && answers_.back().path == target_.path)
        return fits(status == 404); // "/file/"
    const bool may_be_not_modified = asks_with("If-None-Match") || asks_with("If-Modified-Since");
    const bool may_fail = asks_with("If-Match") || asks_with("If-Unmodified-Since");
    const bool may_be_partial = get && asks_with("Range") && config_.max_ranges != 0 &&
                                resource().coding == KTCP_CODING_IDENTITY;
    fits(status == 200 || (status == 304 && may_be_not_modified) || (status == 412 && may_fail) ||
         ((status == 206 || status == 416) && may_be_partial) ||
         (status == 406 && asks_with("Accept-Encoding")));
}

void HttpClient::check_content(const test::Response& response) {
    const int status = response.status;
    if (answers_.empty() || content_.outcome != Content::Outcome::complete) {
        if (status == 200 && head_.method == "GET")
            check(response.body == "Hello World!", "hello", response.body);
        return;
    }
    if (status == 301)
        return check_redirect(response);
    if (resource().status == KTCP_RESOURCE_FILE &&
        (status == 200 || status == 206 || status == 304))
        return check_file(response);
    if (resource().status == KTCP_RESOURCE_DIRECTORY && resource().rendered && status == 200)
        check_rendering(response);
    if (resource().status == KTCP_RESOURCE_DIRECTORY && status == 200 && head_.method == "GET")
        return check_listing(response);
    if (status == 416) {
        const std::string* range = response.find("Content-Range");
        check(range && *range == "bytes */" + std::to_string(resource().size), "Content-Range",
              describe());
    }
}

void HttpClient::check_redirect(const test::Response& response) const {
    const std::string* location = response.find("Location");
    check(location != nullptr, "no Location", describe());
    const size_t question = std::min(location->find('?'), location->size());
    check(!location->starts_with("//") &&
              test::percent_decode(location->substr(0, question)) == '/' + target_.path + '/' &&
              location->substr(question) == target_.query,
          "Location", *location);
}

void HttpClient::check_file(const test::Response& response) {
    const auto field = [&](const char* name) {
        const std::string* value = response.find(name);
        return value ? *value : std::string();
    };
    const ktcp_resource& file = resource();

    // A tag for each representation, and for each tag a representation.
    const std::string tag = field("ETag");
    const std::string what = std::to_string(file.inode) + ' ' + std::to_string(file.size) + ' ' +
                             std::to_string(file.modified_seconds) + ' ' +
                             std::to_string(file.modified_ns) + ' ' + std::to_string(file.coding);
    check(tag.size() > 2 && tag.front() == '"' && tag.back() == '"', "ETag", tag);
    check(tags_.emplace(what, tag).first->second == tag, "another tag for the same", tag);
    check(tagged_.emplace(tag, what).first->second == what, "the same tag for another", tag);

    const auto modified = test::parse_http_date(field("Last-Modified"));
    check(modified && *modified <= now_, "Last-Modified", field("Last-Modified"));
    check(field("Cache-Control") == (config_.cache_control ? config_.cache_control : ""),
          "Cache-Control", field("Cache-Control"));
    check(field("Vary") == (file.varies ? "Accept-Encoding" : ""), "Vary", field("Vary"));
    if (response.status == 304)
        return;
    const bool has_ranges = config_.max_ranges != 0 && file.coding == KTCP_CODING_IDENTITY;
    check(field("Accept-Ranges") == (has_ranges ? "bytes" : ""), "Accept-Ranges", describe());
    check(field("Content-Encoding") == coding_names[file.coding], "Content-Encoding", describe());
    if (file.coding != KTCP_CODING_IDENTITY)
        check(asks_with("Accept-Encoding"), "a coding that was not asked for", describe());

    if (response.status == 200) {
        check(response.framing == test::Response::Framing::length || head_.method == "HEAD",
              "a file without length", describe());
        check(response.content_length == file.size, "the length of a file", describe());
        check(are_of(file, 0, response.body), "a byte of a file", describe());
    } else if (field("Content-Type").starts_with("multipart/byteranges")) {
        check_multipart(response);
    } else {
        uint64_t begin, end;
        check_range(field("Content-Range"), response.body, begin, end);
    }
}

// "bytes 0-499/1234", and the bytes.
void HttpClient::check_range(std::string_view range, std::string_view bytes, uint64_t& begin,
                             uint64_t& end) const {
    std::string_view text = range;
    uint64_t last = 0, size = 0;
    check(take(text, "bytes ") && take_number(text, begin) && take(text, "-") &&
              take_number(text, last) && take(text, "/") && take_number(text, size) && text.empty(),
          "Content-Range", range);
    end = last + 1;
    check(begin <= last && last < size && size == resource().size && bytes.size() == end - begin,
          "a range", range);
    check(are_of(resource(), begin, bytes), "a byte of a range", range);
}

void HttpClient::check_multipart(const test::Response& response) const {
    test::MultipartBody body;
    const std::string fault =
        test::read_multipart(*response.find("Content-Type"), response.body, body);
    check(fault.empty(), fault, describe());
    check(body.parts.size() > 1 && body.parts.size() <= config_.max_ranges, "number of parts",
          describe());
    std::vector<std::pair<uint64_t, uint64_t>> ranges;
    for (const test::MultipartBody::Part& part : body.parts) {
        check(part.fields.size() == 2 && part.fields[0].name == "Content-Type" &&
                  part.fields[1].name == "Content-Range",
              "fields of a part", describe());
        check(part.fields[0].value == body.parts[0].fields[0].value, "type of a part", describe());
        auto& range = ranges.emplace_back();
        check_range(part.fields[1].value, part.body, range.first, range.second);
    }
    std::sort(ranges.begin(), ranges.end());
    for (size_t i = 1; i < ranges.size(); i++)
        check(ranges[i - 1].second < ranges[i].first, "ranges that touch", describe());
}

} // namespace ktcp::fuzz
