// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Preconditions and If-Range, against the steps of RFC 9110 section 13.2.2 as they
// stand there. What a date is, is fuzz/date.cc's question.
#include "http/conditional.hh"
#include "http/date.hh"
#include "http/request_parser.hh"
#include "reference/characters.hh"
#include "reference/request_head.hh"
#include "require.hh"
#include "text.hh"

#include <optional>
#include <vector>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

namespace {

class Expectation {
public:
    Expectation(const reference::RequestHead& head, const Validators& validators)
        : head_(head), validators_(validators), etag_(test::text(validators.etag)) {}

    Precondition evaluate(bool get_or_head) const {
        const auto unmodified_since = date("If-Unmodified-Since");
        const auto modified_since = date("If-Modified-Since");
        if (has("If-Match")) {
            if (!matches("If-Match", true))
                return Precondition::failed;
        } else if (unmodified_since && validators_.last_modified > *unmodified_since) {
            return Precondition::failed;
        }
        if (has("If-None-Match")) {
            if (matches("If-None-Match", false))
                return get_or_head ? Precondition::not_modified : Precondition::failed;
        } else if (get_or_head && modified_since && *modified_since <= validators_.now &&
                   validators_.last_modified <= *modified_since) {
            return Precondition::not_modified;
        }
        return Precondition::proceed;
    }

    bool allows_range() const {
        const auto lines = values("If-Range");
        if (lines.empty())
            return true;
        if (const auto when = date("If-Range"))
            return *when == validators_.last_modified && *when < validators_.now;
        return lines.size() == 1 && etag_.starts_with('"') && lines[0] == etag_;
    }

private:
    std::vector<std::string> values(std::string_view name) const {
        std::vector<std::string> found;
        for (const reference::Field& field : head_.fields)
            if (reference::same_word(field.name, name))
                found.push_back(field.value);
        return found;
    }
    bool has(std::string_view name) const { return !values(name).empty(); }

    std::optional<int64_t> date(std::string_view name) const {
        const auto lines = values(name);
        int64_t when = 0;
        if (lines.size() != 1 || !parse_http_date(test::bytes(lines[0]), validators_.now, when))
            return {};
        return when;
    }

    // entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE, off the list's front.
    static bool take_tag(std::string_view& list, std::string& tag) {
        const size_t open = list.starts_with("W/") ? 2 : 0;
        if (list.substr(open, 1) != "\"")
            return false;
        const size_t close = list.find('"', open + 1);
        if (close == list.npos)
            return false;
        tag = list.substr(0, close + 1);
        list.remove_prefix(close + 1);
        return reference::all_of(
            tag, [](char c) { return reference::is_vchar(c) || reference::is_obs_text(c); });
    }

    // "*" / #entity-tag, over all lines; a list that is none has no members.
    bool matches(std::string_view name, bool strongly) const {
        const auto lines = values(name);
        if (lines.size() == 1 && lines[0] == "*")
            return true;
        bool found = false;
        for (const std::string& line : lines) {
            std::string_view rest = line;
            bool separated = true;
            while (rest = reference::without_ows(rest), !rest.empty()) {
                if (rest.starts_with(',')) {
                    rest.remove_prefix(1);
                    separated = true;
                    continue;
                }
                std::string tag;
                if (!separated || !take_tag(rest, tag))
                    return false;
                separated = false;
                if (strongly)
                    found |= tag == etag_ && tag.starts_with('"');
                else
                    found |= !etag_.empty() &&
                             tag.substr(tag.find('"')) == etag_.substr(etag_.find('"'));
            }
        }
        return found;
    }

    const reference::RequestHead& head_;
    const Validators& validators_;
    const std::string etag_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    static constexpr const char* tags[] = {"\"a\"", "W/\"a\"", "", "\"a,b\"", "\"*\""};
    const Validators validators = {test::bytes(tags[data[0] % 5]), 784111777,
                                   784111777 + data[1] % 4};
    const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n" +
                             std::string(reinterpret_cast<const char*>(data) + 2, size - 2) +
                             "\r\n\r\n";
    RequestParser parser;
    if (parser.parse(test::bytes(text), {8192, 8192, 100}) != ParseResult::complete)
        return 0;
    const reference::RequestHead head = reference::read_request_head(text, {8192, 8192, 100});
    const HeadFields fields(test::bytes(text).first(parser.head_size()), parser.request().fields);
    const Expectation expected(head, validators);
    for (bool get_or_head : {true, false})
        check(evaluate_preconditions(fields, get_or_head, validators) ==
                  expected.evaluate(get_or_head),
              "preconditions", text);
    check(if_range_allows(fields, validators) == expected.allows_range(), "If-Range", text);
    return 0;
}
