// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/judge.hh"

#include <regex.h>

#include <algorithm>

#include "support/body_check.hh"
#include "support/escape.hh"
#include "support/http_date.hh"

namespace ktcp::test {

namespace {

constexpr int64_t date_tolerance = 120;

bool allows(const ExpectedResponse& expected, int status) {
    return std::find(expected.statuses.begin(), expected.statuses.end(), status) !=
           expected.statuses.end();
}

std::string one_line(const Response& got) { return std::to_string(got.status) + " " + got.reason; }

// POSIX's: <regex> takes longer to compile than all the rest of the tests.
bool matches_whole(const std::string& text, const std::string& pattern) {
    regex_t compiled;
    std::string whole = "^(" + pattern + ")$";
    if (regcomp(&compiled, whole.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
        return false; // and the case fails, showing the pattern
    bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return matches;
}

} // namespace

std::vector<RuleFault> rule_faults(const ExpectedResponse& expected, const Response& got,
                                   const DocumentTree& tree) {
    std::vector<RuleFault> faults;
    for (const FieldRule& rule : expected.fields) {
        const std::string* value = got.find(rule.name);
        std::string has = rule.name + (value ? ": " + escape(*value) : " is not there");
        if (rule.kind == FieldRule::Kind::absent && value &&
            (rule.value.empty() || *value == rule.value))
            faults.push_back({rule.name, has + ", which was not to be there"});
        else if (rule.kind == FieldRule::Kind::remember && !value)
            faults.push_back({rule.name, has + ", and was to be remembered"});
        else if (rule.kind == FieldRule::Kind::exact && (!value || *value != rule.value))
            faults.push_back({rule.name, has + ", expected: " + escape(rule.value)});
        else if (rule.kind == FieldRule::Kind::pattern &&
                 (!value || !matches_whole(*value, rule.value)))
            faults.push_back({rule.name, has + ", expected the pattern: " + rule.value});
    }
    for (const BodyRule& rule : expected.body)
        if (std::string fault = body_fault(rule, got, tree); !fault.empty())
            faults.push_back({is_listing(rule.kind) ? "listing" : "body", std::move(fault)});
    return faults;
}

Judge::Judge(const Case& what, const DocumentTree& tree, int64_t now)
    : case_(what), tree_(tree), now_(now) {
    if (!case_.expected.empty())
        reader_.start(case_.expected[0].to_head);
}

void Judge::complain(std::string what) {
    complaints_.push_back("response " + std::to_string(at_ + 1) + ": " + std::move(what));
}

bool Judge::only_optional_left() const {
    return std::all_of(case_.expected.begin() + static_cast<ptrdiff_t>(at_), case_.expected.end(),
                       [](const ExpectedResponse& one) { return one.optional; });
}

void Judge::feed(std::string_view bytes) {
    while (!bytes.empty() && !lost()) {
        if (at_ == case_.expected.size())
            return complain("nothing more was expected, but there is: " + escape(bytes));
        bytes.remove_prefix(reader_.feed(bytes));
        if (reader_.done())
            finished();
    }
}

void Judge::end_of_input() {
    if (at_ < case_.expected.size() && !(only_optional_left() && !reader_.started())) {
        reader_.end_of_input();
        finished();
    }
    if (!lost() && !all_received())
        complain("the connection ended before it");
}

void Judge::finished() {
    if (!reader_.fault().empty())
        return complain(reader_.fault());
    const Response& got = reader_.response();
    while (at_ < case_.expected.size() && case_.expected[at_].optional &&
           !allows(case_.expected[at_], got.status))
        at_++;
    if (at_ == case_.expected.size())
        return complain("nothing more was expected, but there is a " + one_line(got));
    const ExpectedResponse& expected = case_.expected[at_];
    check(expected, got, at_ + 1 == case_.expected.size());
    received_ += !expected.optional;
    if (++at_ < case_.expected.size())
        reader_.start(case_.expected[at_].to_head);
}

void Judge::check(const ExpectedResponse& expected, const Response& got, bool last) {
    if (!allows(expected, got.status)) {
        std::string wanted;
        for (int status : expected.statuses)
            wanted += (wanted.empty() ? "" : " or ") + std::to_string(status);
        return complain("expected " + wanted + ", got " + one_line(got));
    }
    check_always(expected, got, last);
    for (RuleFault& fault : rule_faults(expected.expanded(values_), got, tree_))
        complain(std::move(fault.text));
    for (const FieldRule& rule : expected.fields)
        if (const std::string* value = got.find(rule.name);
            value && rule.kind == FieldRule::Kind::remember)
            values_[rule.value] = *value;
}

// What holds for every response, so that no case need say it.
void Judge::check_always(const ExpectedResponse& expected, const Response& got, bool last) {
    if (got.minor_version != 1)
        complain("the version is not HTTP/1.1 (RFC 9110 section 2.5)");
    if (got.status < 200)
        return;
    const std::string* date = got.find("Date");
    auto when = date ? parse_http_date(*date) : std::nullopt;
    if (!when || std::abs(*when - now_) > date_tolerance)
        complain("Date is missing, malformed or wrong: " + (date ? *date : ""));
    const std::string* server = got.find("Server");
    if (!server || *server != "ktcp")
        complain("Server is not ktcp");

    const std::string* connection = got.find("Connection");
    bool closes = connection && equal_ignoring_case(*connection, "close");
    bool must_close = last && case_.end == Case::End::closed && !case_.half_closes();
    if (must_close && !closes)
        complain("the last response before the end does not say Connection: close");
    if (closes && (!last || case_.end == Case::End::kept))
        complain("Connection: close, but the connection was to be kept");

    if (got.framing == Response::Framing::until_close && !closes)
        complain("a body without length, and no Connection: close");
    if (got.status >= 400) {
        const std::string* type = got.find("Content-Type");
        if (!type || *type != "text/html; charset=utf-8")
            complain("an error body's Content-Type is not text/html; charset=utf-8");
        if (!got.find("Content-Length"))
            complain("an error without Content-Length");
        else if (got.content_length == 0)
            complain("an error without a body");
        if (!expected.to_head && got.body.find(std::to_string(got.status)) == std::string::npos)
            complain("an error body that does not name the status: " + escape(got.body));
    }
}

} // namespace ktcp::test
