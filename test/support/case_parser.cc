// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "support/conformance_case.hh"
#include "support/escape.hh"

namespace ktcp::test {

namespace {

constexpr size_t largest_input = 64 << 20;

// One file, read line by line; each line belongs to the case that the last `case`
// line began.
class CaseParser {
public:
    explicit CaseParser(std::string file) : file_(std::move(file)) {}

    void take(std::string_view line, int number) {
        number_ = number;
        if (line.empty() || line[0] == '#')
            return;
        size_t space = line.find(' ');
        std::string_view word = line.substr(0, space);
        std::string_view rest = space == line.npos ? std::string_view() : line.substr(space + 1);
        if (word == "section")
            section_ = rest;
        else if (word == "case")
            begin(rest);
        else if (cases_.empty() || !open_)
            fail("this line belongs to no case: begin one with 'case NAME'");
        else
            statement(word, rest);
    }

    std::vector<Case> finish() {
        check_finished();
        return std::move(cases_);
    }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(file_ + ":" + std::to_string(number_) + ": " + why);
    }

    void begin(std::string_view name) {
        check_finished();
        if (section_.empty())
            fail("no 'section' line before the first case");
        if (!names_.insert(std::string(name)).second)
            fail("a second case of that name");
        Case fresh;
        fresh.file = file_;
        fresh.line = number_;
        fresh.section = section_;
        fresh.name = name;
        cases_.push_back(std::move(fresh));
        open_ = true;
    }

    void check_finished() const {
        if (open_)
            fail("the case '" + cases_.back().name + "' has no 'end' line");
    }

    ExpectedResponse& response() {
        if (cases_.back().expected.empty())
            fail("no '< STATUS' line before this one");
        return cases_.back().expected.back();
    }

    // What follows a remembered value may need it: so it waits for it.
    void send(std::string bytes) {
        auto& steps = cases_.back().steps;
        if (remembered_) {
            await();
            remembered_ = false;
        }
        check_references(bytes);
        if (steps.empty() || steps.back().kind != Step::Kind::send)
            steps.push_back({});
        steps.back().bytes += bytes;
    }

    // In a case that remembers something, braces are about that.
    void check_references(std::string_view text) const {
        for (size_t at = 0; !remembered_names_.empty() && (at = text.find('{', at)) != text.npos;) {
            const size_t end = text.find('}', at);
            const std::string name(text.substr(at + 1, end == text.npos ? end : end - at - 1));
            if (!remembered_names_.contains(name))
                fail("'{" + name + "}' was not remembered before");
            at = end;
        }
    }

    void await() {
        size_t due = 0;
        for (const ExpectedResponse& expected : cases_.back().expected)
            due += !expected.optional;
        cases_.back().steps.push_back({Step::Kind::await, {}, 0, due});
    }

    template <class Number = unsigned> Number number(std::string_view text) const {
        Number value = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            fail("not a number: " + std::string(text));
        return value;
    }

    void statement(std::string_view word, std::string_view rest) {
        Case& now = cases_.back();
        if (word == ">") {
            send(unescape(rest) + "\r\n");
        } else if (word == ">|") {
            send(unescape(rest));
        } else if (word == ">*") {
            size_t space = rest.find(' ');
            if (space == rest.npos)
                fail("'>*' wants a count and the bytes to repeat");
            std::string bytes = unescape(rest.substr(space + 1)), all;
            unsigned count = number(rest.substr(0, space));
            if (bytes.size() * count > largest_input)
                fail("more than 64 MiB");
            for (unsigned i = 0; i < count; i++)
                all += bytes;
            send(all);
        } else if (word == "wait") {
            now.steps.push_back({Step::Kind::wait, {}, number(rest), 0});
        } else if (word == "await") {
            await();
        } else if (word == "half-close") {
            now.steps.push_back({Step::Kind::half_close, {}, 0, 0});
        } else if (word == "<") {
            expect(rest);
        } else if (word == "<~") {
            field(rest, FieldRule::Kind::pattern);
        } else if (word == "<!") {
            if (rest.find(": ") == rest.npos)
                response().fields.push_back({FieldRule::Kind::absent, std::string(rest), {}});
            else
                field(rest, FieldRule::Kind::absent);
        } else if (word == "<=") {
            remember(rest);
        } else if (word == "again") {
            std::vector<ExpectedResponse> all = now.expected;
            for (unsigned i = number(rest); i > 0; i--)
                now.expected.insert(now.expected.end(), all.begin(), all.end());
        } else if (word == "body") {
            body(rest);
        } else if (word == "about") {
            now.about += now.about.empty() ? rest : " " + std::string(rest);
        } else if (word == "profile") {
            now.profile = rest;
        } else if (word == "unprivileged") {
            now.unprivileged = true;
        } else if (word == "engine-only") {
            now.engine_only = true;
        } else if (word == "end") {
            finish_case(rest);
        } else {
            fail("unknown statement '" + std::string(word) + "'");
        }
    }

    void expect(std::string_view rest) {
        if (rest.empty() || rest[0] < '0' || rest[0] > '9')
            return field(rest, FieldRule::Kind::exact);
        ExpectedResponse fresh;
        std::istringstream words{std::string(rest)};
        std::string word;
        words >> word;
        std::istringstream statuses(word);
        for (std::string status; std::getline(statuses, status, '|');)
            fresh.statuses.push_back(static_cast<int>(number(status)));
        while (words >> word) {
            if (word == "head")
                fresh.to_head = true;
            else if (word == "optional")
                fresh.optional = true;
            else
                fail("after a status only 'head' and 'optional' are known");
        }
        cases_.back().expected.push_back(std::move(fresh));
    }

    void field(std::string_view rest, FieldRule::Kind kind) {
        size_t colon = rest.find(": ");
        if (colon == rest.npos)
            fail("neither a status nor 'Name: value'");
        std::string_view value = rest.substr(colon + 2);
        // A pattern has backslashes of its own.
        if (kind != FieldRule::Kind::pattern)
            check_references(value);
        response().fields.push_back(
            {kind, std::string(rest.substr(0, colon)),
             kind == FieldRule::Kind::pattern ? std::string(value) : unescape(value)});
    }

    // "ETag as tag"
    void remember(std::string_view rest) {
        const size_t as = rest.find(" as ");
        if (as == rest.npos || as == 0 || as + 4 == rest.size())
            fail("'<=' wants 'Name as NAME'");
        const std::string name(rest.substr(as + 4));
        response().fields.push_back(
            {FieldRule::Kind::remember, std::string(rest.substr(0, as)), name});
        remembered_names_.insert(name);
        remembered_ = true;
    }

    void body(std::string_view rest) {
        using Kind = BodyRule::Kind;
        static const std::map<std::string_view, Kind> kinds = {{"is", Kind::exact},
                                                               {"size", Kind::size},
                                                               {"contains", Kind::contains},
                                                               {"lacks", Kind::lacks},
                                                               {"file", Kind::file},
                                                               {"coded", Kind::coded},
                                                               {"range", Kind::range},
                                                               {"ranges", Kind::ranges},
                                                               {"lists", Kind::lists},
                                                               {"lists-hidden", Kind::lists_hidden},
                                                               {"lists-json", Kind::lists_json}};
        size_t space = rest.find(' ');
        auto kind = kinds.find(rest.substr(0, space));
        if (kind == kinds.end())
            fail("a body 'is', has 'size', 'contains', 'lacks', is 'file', 'coded', 'range' or "
                 "'ranges', 'lists', 'lists-hidden' or 'lists-json'");
        rest = space == rest.npos ? std::string_view() : rest.substr(space + 1);
        BodyRule rule{kind->second, unescape(rest), {}, {}};
        if (rule.kind == Kind::size)
            number(rule.text);
        if (rule.kind == Kind::range || rule.kind == Kind::ranges || rule.kind == Kind::coded) {
            std::istringstream words{std::string(rest)};
            std::string word;
            words >> word;
            rule.text = unescape(word);
            if (rule.kind == Kind::coded && !(words >> rule.coding))
                fail("'coded' wants FILE CODING");
            while (words >> word)
                rule.ranges.push_back(range(word));
            if (rule.kind == Kind::coded ? !rule.ranges.empty()
                                         : (rule.ranges.size() == 1) != (rule.kind == Kind::range))
                fail("'range' wants FILE and one FIRST-LAST, 'ranges' several");
        }
        response().body.push_back(std::move(rule));
    }

    BodyRule::Range range(std::string_view text) const {
        const size_t dash = text.find('-');
        if (dash == text.npos)
            fail("not FIRST-LAST: " + std::string(text));
        const BodyRule::Range range{number<uint64_t>(text.substr(0, dash)),
                                    number<uint64_t>(text.substr(dash + 1))};
        if (range.last < range.first)
            fail("LAST comes before FIRST: " + std::string(text));
        return range;
    }

    void finish_case(std::string_view rest) {
        Case& now = cases_.back();
        std::istringstream words{std::string(rest)};
        std::string word;
        words >> word;
        if (word == "kept")
            now.end = Case::End::kept;
        else if (word == "closed")
            now.end = Case::End::closed;
        else if (word == "ended")
            now.end = Case::End::ended;
        else if (word == "timeout" && words >> now.timeout_exact >> now.timeout_max)
            now.end = Case::End::timeout;
        else
            fail("'end' wants kept, closed, ended or timeout EXACT MAX (milliseconds)");
        if (now.half_closes() && now.end == Case::End::kept)
            fail("a half-closed connection cannot be kept");
        open_ = false;
        remembered_ = false;
        remembered_names_.clear();
    }

    std::string file_;
    std::string section_;
    int number_ = 0;
    bool open_ = false;
    bool remembered_ = false;                // something, since the last send
    std::set<std::string> remembered_names_; // by the case
    std::set<std::string> names_;
    std::vector<Case> cases_;
};

} // namespace

std::string expand(std::string_view text, const Values& values) {
    std::string expanded(text);
    for (const auto& [name, value] : values) {
        const std::string reference = "{" + name + "}";
        for (size_t at = 0; (at = expanded.find(reference, at)) != expanded.npos;
             at += value.size())
            expanded.replace(at, reference.size(), value);
    }
    return expanded;
}

ExpectedResponse ExpectedResponse::expanded(const Values& values) const {
    ExpectedResponse copy = *this;
    for (FieldRule& rule : copy.fields)
        if (rule.kind == FieldRule::Kind::exact || rule.kind == FieldRule::Kind::absent)
            rule.value = expand(rule.value, values);
    return copy;
}

bool Case::half_closes() const {
    return std::any_of(steps.begin(), steps.end(),
                       [](const Step& step) { return step.kind == Step::Kind::half_close; });
}

bool Case::waits() const {
    return std::any_of(steps.begin(), steps.end(),
                       [](const Step& step) { return step.kind == Step::Kind::wait; });
}

std::string Case::where() const {
    return std::filesystem::path(file).filename().string() + ":" + std::to_string(line) + " " +
           name;
}

std::vector<Case> load_cases(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error("cannot read the cases in " + file.string());
    CaseParser parser(file.string());
    std::string line;
    for (int number = 1; std::getline(in, line); number++) {
        try {
            parser.take(line, number);
        } catch (const std::runtime_error& e) {
            std::string what = e.what();
            std::string place = file.string() + ":";
            throw std::runtime_error(
                what.starts_with(place) ? what : place + std::to_string(number) + ": " + what);
        }
    }
    return parser.finish();
}

std::vector<Case> load_all_cases(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".case")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Case> all;
    std::set<std::string> names;
    for (const auto& file : files)
        for (Case& one : load_cases(file)) {
            if (!names.insert(one.name).second)
                throw std::runtime_error(one.where() + ": another file has a case of that name");
            all.push_back(std::move(one));
        }
    if (all.empty())
        throw std::runtime_error("no *.case file in " + directory.string());
    return all;
}

} // namespace ktcp::test
