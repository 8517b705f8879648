// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/judge.hh"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <stdexcept>

#include "churn/content_coding.hh"
#include "churn/listed_entries.hh"
#include "support/escape.hh"
#include "support/http_date.hh"

namespace ktcp::test {

using Kind = PathState::Kind;

struct Judge::Verdict {
    const Question& question;
    const Response& got;
    Nanoseconds complete;
    States states; // of the path, while it was asked for
    bool wrong = false;

    bool any(const Holds& holds) const {
        return std::ranges::any_of(states, [&](const auto& state) { return holds(*state); });
    }
    bool all(const Holds& holds) const {
        return std::ranges::all_of(states, [&](const auto& state) { return holds(*state); });
    }
    std::string field(std::string_view name) const {
        const std::string* value = got.find(name);
        return value ? *value : "";
    }
};

namespace {

constexpr int64_t second = 1'000'000'000;

std::string quoted(const std::string& text) {
    std::string quoted = "'";
    quoted += escape(text);
    return quoted += '\'';
}

std::string unsatisfied(uint64_t size) {
    std::string text = "bytes */";
    return text += std::to_string(size);
}

std::string describe(const PathState& state) {
    switch (state.kind) {
    case Kind::absent:
        return "absent";
    case Kind::directory:
        return "a directory";
    case Kind::file:
        break;
    }
    return std::to_string(state.size()) + " bytes" + (state.readable ? "" : ", not readable");
}

std::string describe(const States& states) {
    std::string text;
    for (const auto& state : states)
        text += (text.empty() ? "" : ", then ") + describe(*state);
    return text;
}

// While one write goes on, whoever reads sees a part of it.
bool amid_write(const States& states, std::string_view bytes) {
    for (size_t i = 1; i < states.size(); i++) {
        const StampedText &before = states[i - 1]->text, &after = states[i]->text;
        if (states[i]->written_to == states[i]->written_from || states[i - 1]->coded)
            continue;
        const uint64_t done = after.mismatch(bytes, 0);
        if (done == bytes.size() && bytes.size() >= before.size() && bytes.size() <= after.size())
            return true;
        const uint64_t from = done / 16 * 16;
        if (bytes.size() == before.size() && before.matches(bytes.substr(from), from))
            return true;
    }
    return false;
}

// A large file is read while it is sent: any byte may be of any version, and of pages that TCP
// has already, the file system makes zeros when it cuts them off the file.
bool patched_together(const States& states, std::string_view bytes, uint64_t offset) {
    uint64_t done = 0;
    const bool cut = std::ranges::any_of(
        states, [&](const auto& state) { return state->size() < offset + bytes.size(); });
    while (done < bytes.size()) {
        uint64_t reached = done;
        for (const auto& state : states)
            reached =
                std::max(reached, state->text.mismatch(bytes.substr(done), offset + done) - offset);
        if (reached == done && cut)
            reached += std::min(bytes.find_first_not_of('\0', done), bytes.size()) - done;
        if (reached == done)
            return false;
        done = reached;
    }
    return true;
}

} // namespace

void Judge::tally(const std::string& what) {
    std::lock_guard lock(mutex_);
    tally_[what]++;
}

uint64_t Judge::count(const std::string& what) const {
    std::lock_guard lock(mutex_);
    auto found = tally_.find(what);
    return found == tally_.end() ? 0 : found->second;
}

uint64_t Judge::answers() const {
    std::lock_guard lock(mutex_);
    uint64_t sum = 0;
    for (const auto& [status, count] : statuses_)
        sum += count;
    return sum;
}

void Judge::fault(const std::string& kind, const std::string& what) {
    constexpr uint64_t most = 5;
    std::lock_guard lock(mutex_);
    if (++faults_[kind] <= most)
        std::cout << "not ok - " << kind << ": " << what << std::endl;
}

void Judge::wrong(const Verdict& verdict, const std::string& kind, const std::string& what) {
    std::string text = verdict.question.text();
    text = text.substr(0, text.find("\r\nHost")) +
           text.substr(std::min(text.size(), text.find("churn\r\n") + 5));
    const std::string etag = verdict.field("ETag");
    fault(kind, escape(text) + " -> " + std::to_string(verdict.got.status) +
                    (etag.empty() ? "" : " " + escape(etag)) + ": " + what + " (it was " +
                    describe(verdict.states) + "; took " +
                    std::to_string((verdict.complete - verdict.question.sent) / 1000) + " us)");
}

void Judge::judge(const Question& question, const Response& got, Nanoseconds complete) {
    Verdict verdict{question, got, complete,
                    history_.during(question.path, question.sent, complete)};
    {
        std::lock_guard lock(mutex_);
        statuses_[got.status]++;
        if (verdict.states.size() > 1)
            tally_["while it changed"]++;
    }
    const bool slash = question.target.ends_with('/');
    const auto readable = [this](const PathState& state) {
        return state.readable || !options_.unprivileged;
    };
    switch (got.status) {
    case 404:
        if (!verdict.any([&](const PathState& state) {
                return readable(state) &&
                       (state.kind == Kind::absent || (slash && state.kind == Kind::file));
            }))
            wrong(verdict, "stale", "it was there all the time");
        return;
    case 403:
        if (verdict.all(readable))
            wrong(verdict, "stale", "it was allowed all the time");
        return;
    case 301:
        if (slash || !verdict.any([&](const PathState& state) {
                return readable(state) && state.kind == Kind::directory;
            }))
            wrong(verdict, "stale", "it was no directory");
        return;
    case 200:
    case 206:
    case 304:
    case 416:
        return slash ? judge_listing(verdict) : judge_file(verdict);
    default:
        return wrong(verdict, "status", "nobody asked for that");
    }
}

void Judge::judge_file(Verdict& verdict) {
    if (!verdict.any([this](const PathState& state) { return given(state); }))
        return wrong(verdict, "stale", "there was no file that may be read");
    switch (verdict.got.status) {
    case 200:
        return verdict.question.head ? judge_head(verdict) : judge_body(verdict);
    case 206:
        return judge_range(verdict);
    case 304:
        return judge_not_modified(verdict);
    default:
        return judge_unsatisfiable(verdict);
    }
}

// What differs is either old, and then from when, or never was.
void Judge::wrong_bytes(Verdict& verdict, std::string_view bytes, uint64_t offset, uint64_t size) {
    const States old = history_.before(verdict.question.path, verdict.question.sent);
    for (auto state = old.rbegin(); state != old.rend(); ++state)
        if ((*state)->kind == Kind::file && (*state)->size() == size &&
            (*state)->holds(bytes, offset))
            return wrong(verdict, "stale",
                         "replaced " +
                             std::to_string((verdict.question.sent - (*state)->ended) / 1000) +
                             " us before it was asked for");
    std::string others;
    for (History::Path path = 0; path < history_.size() && size > 0; path++)
        for (const auto& state : history_.during(path, verdict.question.sent, verdict.complete))
            if (path != verdict.question.path && state->kind == Kind::file &&
                state->size() == size && state->holds(bytes, offset))
                others += " (as /" + history_.name(path) + " had)";
    wrong(verdict, "torn",
          std::to_string(size) + " bytes that never were: " + describe_stamps(bytes, offset) +
              others);
}

void Judge::judge_modified(Verdict& verdict, const Holds& among) {
    const std::string said = verdict.field("Last-Modified");
    const auto date = parse_http_date(said);
    if (said.empty())
        return;
    if (!date)
        return wrong(verdict, "last-modified", quoted(said) + " is no date");
    // A file cannot have been modified after now, as the server's clock has it (RFC 9110
    // section 8.8.2.1), and that may be a tick behind.
    const bool clamped = said == verdict.field("Date");
    // A write dates the file before it changes it, a truncation after that. And what is said of
    // a large file is said before its bytes are read.
    for (size_t i = 1; i < verdict.states.size(); i++) {
        const PathState &before = *verdict.states[i - 1], &after = *verdict.states[i];
        if ((after.written_to && among(before) && after.modified_ns / second == *date) ||
            (among(after) && after.size() != before.size() &&
             before.modified_ns / second == *date) ||
            (before.size() > options_.whole && before.modified_ns / second == *date))
            return;
    }
    if (!verdict.any([&](const PathState& state) {
            const int64_t modified = state.modified_ns / second;
            return among(state) && (modified == *date || (clamped && modified == *date + 1));
        }))
        wrong(verdict, "last-modified", said + " is not when that was modified");
}

void Judge::note(Verdict& verdict, Representation seen) {
    seen.etag = verdict.field("ETag");
    seen.hash = std::hash<std::string_view>()(verdict.got.body);
    if (auto date = parse_http_date(verdict.field("Last-Modified")))
        seen.modified = *date;
    if (seen.etag.empty())
        return;
    // The head of a large file is written before its bytes are read.
    if (verdict.got.body.size() > options_.whole && verdict.states.size() > 1)
        return;
    const bool weak = seen.etag.starts_with("W/");
    auto before = ledger_.note(verdict.question.target, seen);
    if (!before || before->hash == seen.hash)
        return;
    if (before->listing != seen.listing || (seen.listing && !weak) ||
        (!seen.listing && before->text != seen.text))
        wrong(verdict, "etag",
              seen.etag +
                  " stood for another content: " + describe_stamps(before->text.bytes(), 0) +
                  (before->whole ? "" : " (seen amid a write)") +
                  "; now: " + describe_stamps(seen.text.bytes(), 0) +
                  (seen.whole ? "" : " (seen amid a write)"));
    else if (!weak)
        wrong(verdict, "etag",
              seen.etag + " is strong, and the bytes differ, if not what they mean");
}

void Judge::judge_body(Verdict& verdict) {
    const std::string& body = verdict.got.body;
    const std::string coding = verdict.field("Content-Encoding");
    if (!coding.empty())
        return judge_coded(verdict, coding);
    need_sibling(verdict);
    const auto same = [&](const PathState& state) {
        return given(state) && state.size() == body.size() && state.holds(body, 0);
    };
    Representation seen;
    for (const auto& state : verdict.states)
        if (same(*state)) {
            judge_modified(verdict, same);
            seen.text = state->text;
            return note(verdict, std::move(seen));
        }
    if (amid_write(verdict.states, body)) {
        tally("amid a write");
        seen.whole = false;
        return note(verdict, std::move(seen));
    }
    if (body.size() > options_.whole && patched_together(verdict.states, body, 0) &&
        verdict.any([&](const PathState& state) { return state.size() == body.size(); }))
        return tally("large, of several versions");
    wrong_bytes(verdict, body, 0, body.size());
}

void Judge::judge_coded(Verdict& verdict, const std::string& coding) {
    const Question& question = verdict.question;
    std::string text;
    tally("coded");
    if (std::ranges::find(question.codings, coding) == question.codings.end())
        return wrong(verdict, "coding", "nobody asked for " + escape(coding));
    if (verdict.field("Vary").find("Accept-Encoding") == std::string::npos)
        wrong(verdict, "coding", "Vary does not say that it depends on Accept-Encoding");
    try {
        text = decode(coding, verdict.got.body);
    } catch (const std::exception& e) {
        return wrong(verdict, "coding", e.what());
    }
    const auto same = [&](const PathState& state) {
        return given(state) && state.size() == text.size() && state.holds(text, 0);
    };
    Representation seen;
    const int sibling = history_.find(history_.name(question.path) + ".gz");
    const States beside =
        coding == "gzip" && sibling >= 0
            ? history_.during(static_cast<History::Path>(sibling), question.sent, verdict.complete)
            : States();
    const auto sent_as_it_is = [&](const auto& state) {
        return given(*state) && state->coded && *state->coded == verdict.got.body;
    };
    const auto said = parse_http_date(verdict.field("Last-Modified"));
    // An empty file beside another one that stands for nothing, too: the date tells them apart.
    const bool of_sibling = said && std::ranges::any_of(beside, [&](const auto& state) {
                                return sent_as_it_is(state) && state->modified_ns / second == *said;
                            });
    for (const auto& state : verdict.states)
        if (same(*state) && !of_sibling) {
            need_sibling(verdict);
            judge_modified(verdict, same);
            seen.text = state->text;
            return note(verdict, std::move(seen));
        }
    if (coding == "gzip" && sibling >= 0) {
        for (const auto& state : beside) {
            if (!sent_as_it_is(state) || (of_sibling && state->modified_ns / second != *said))
                continue;
            tally("precompressed");
            if (!verdict.any([&](const PathState& original) {
                    return given(original) && original.modified_ns <= state->modified_ns;
                }))
                return wrong(verdict, "stale", "the compressed file is older than the file");
            if (said && *said != state->modified_ns / second)
                judge_modified(verdict,
                               [this](const PathState& original) { return given(original); });
            seen.text = state->text;
            seen.precompressed = true;
            return note(verdict, std::move(seen));
        }
        if (std::ranges::any_of(history_.before(static_cast<History::Path>(sibling), question.sent),
                                [&](const auto& state) {
                                    return state->coded && *state->coded == verdict.got.body;
                                }))
            return wrong(verdict, "stale", "the compressed file was replaced before");
    }
    wrong_bytes(verdict, text, 0, text.size());
}

// Where there was a compressed file all the time, newer than the file, it is to be sent;
// but nothing is made smaller by it that is empty.
void Judge::need_sibling(Verdict& verdict) {
    const Question& question = verdict.question;
    const int sibling = history_.find(history_.name(question.path) + ".gz");
    if (!options_.siblings || sibling < 0 || question.codings.size() != 1 ||
        question.codings[0] != "gzip")
        return;
    const States beside =
        history_.during(static_cast<History::Path>(sibling), question.sent, verdict.complete);
    for (const auto& state : beside)
        for (const auto& original : verdict.states)
            if (!given(*state) || !given(*original) || original->size() == 0 ||
                state->modified_ns < original->modified_ns)
                return;
    wrong(verdict, "stale", "there was a compressed file beside it all the time");
}

void Judge::judge_head(Verdict& verdict) {
    const std::string coding = verdict.field("Content-Encoding");
    const auto& codings = verdict.question.codings;
    if (!coding.empty()) {
        if (std::ranges::find(codings, coding) == codings.end())
            wrong(verdict, "coding", "nobody asked for " + escape(coding));
        return;
    }
    const auto same = [&](const PathState& state) {
        return given(state) && state.size() == verdict.got.content_length;
    };
    if (!verdict.got.find("Content-Length"))
        return wrong(verdict, "length", "no Content-Length");
    // A write that is under way has any size up to its end.
    const bool amid = verdict.states.size() > 1 && verdict.any([&](const PathState& state) {
        return state.written_from < verdict.got.content_length &&
               verdict.got.content_length < state.written_to;
    });
    if (!amid && !verdict.any(same))
        return wrong(verdict, "length",
                     "it never had " + std::to_string(verdict.got.content_length) + " bytes");
    if (!amid)
        judge_modified(verdict, same);
    auto known = ledger_.find(verdict.question.target, verdict.field("ETag"));
    if (known && known->whole && !verdict.any([&](const PathState& state) {
            return given(state) && state.text == known->text;
        }))
        wrong(verdict, "etag",
              known->etag + " stands for " + describe_stamps(known->text.bytes(), 0));
}

void Judge::judge_range(Verdict& verdict) {
    const Question& question = verdict.question;
    const std::string said = verdict.field("Content-Range");
    uint64_t first = 0, last = 0, size = 0;
    const char* end = said.data() + said.size();
    bool read = said.starts_with("bytes ");
    if (read) {
        auto one = std::from_chars(said.data() + 6, end, first);
        read = one.ec == std::errc() && *one.ptr == '-';
        auto two = read ? std::from_chars(one.ptr + 1, end, last) : one;
        read = read && two.ec == std::errc() && *two.ptr == '/';
        auto three = read ? std::from_chars(two.ptr + 1, end, size) : two;
        read = read && three.ec == std::errc() && three.ptr == end;
    }
    if (!read || !question.range)
        return wrong(verdict, "range", quoted(said) + " was not asked for");
    const Question::Range& asked = *question.range;
    const uint64_t begin = asked.suffix ? size - std::min(size, asked.first) : asked.first;
    const uint64_t stop = asked.suffix || !asked.last ? size - 1 : std::min(*asked.last, size - 1);
    if (size == 0 || first != begin || last != stop ||
        (!question.head && verdict.got.body.size() != last - first + 1))
        return wrong(verdict, "range", quoted(said) + " is not what was asked for");
    if (!verdict.field("Content-Encoding").empty())
        return wrong(verdict, "coding",
                     "nobody asked for " + escape(verdict.field("Content-Encoding")));
    const std::string& body = verdict.got.body;
    const auto same = [&](const PathState& state) {
        return given(state) && state.size() == size && state.holds(body, first);
    };
    if (verdict.any(same)) {
        judge_modified(verdict, same);
    } else if (verdict.states.size() > 1 && verdict.any([](const PathState& state) {
                   return state.written_to > state.written_from;
               }) &&
               patched_together(verdict.states, body, first)) {
        return tally("amid a write");
    } else if (size > options_.whole && patched_together(verdict.states, body, first)) {
        return tally("large, of several versions");
    } else {
        return wrong_bytes(verdict, body, first, size);
    }
    if (size > options_.whole && verdict.states.size() > 1)
        return;
    const auto known = question.if_range ? question.if_range
                                         : ledger_.find(question.target, verdict.field("ETag"));
    if (!known || !known->whole || known->precompressed)
        return;
    if (!verdict.any(
            [&](const PathState& state) { return same(state) && state.text == known->text; }))
        wrong(verdict, question.if_range ? "range" : "etag",
              known->etag + " stands for " + describe_stamps(known->text.bytes(), 0) +
                  "; now: " + describe_stamps(body, first));
}

void Judge::judge_unsatisfiable(Verdict& verdict) {
    const std::string said = verdict.field("Content-Range");
    const auto& range = verdict.question.range;
    if (!range || !verdict.any([&](const PathState& state) {
            return given(state) && said == unsatisfied(state.size()) &&
                   (range->suffix ? range->first == 0 || state.size() == 0
                                  : range->first >= state.size());
        }))
        wrong(verdict, "range", quoted(said) + ": it could be satisfied");
}

void Judge::judge_not_modified(Verdict& verdict) {
    const Question& question = verdict.question;
    if (question.if_none_match) {
        const Representation& known = *question.if_none_match;
        if (verdict.field("ETag") != known.etag)
            return wrong(verdict, "304", "its ETag is " + quoted(verdict.field("ETag")));
        States states = verdict.states;
        if (known.precompressed)
            states = history_.during(
                static_cast<History::Path>(history_.find(history_.name(question.path) + ".gz")),
                question.sent, verdict.complete);
        if (std::ranges::none_of(states, [&](const auto& state) {
                return given(*state) && state->text == known.text;
            }))
            wrong(verdict, "304",
                  "it was not what the client has: " + describe_stamps(known.text.bytes(), 0));
        return;
    }
    if (!question.if_modified_since)
        return wrong(verdict, "304", "there was no condition");
    if (!verdict.any([&](const PathState& state) {
            return given(state) && state.modified_ns / second <= *question.if_modified_since;
        }))
        wrong(verdict, "304", "it was modified since");
}

// --- listings

void Judge::judge_listing(Verdict& verdict) {
    const Question& question = verdict.question;
    if (!verdict.any([this](const PathState& state) {
            return state.kind == Kind::directory && (state.readable || !options_.unprivileged);
        }))
        return wrong(verdict, "stale", "there was no directory that may be read");
    if (verdict.got.status == 304) {
        if (!question.if_none_match || verdict.field("ETag") != question.if_none_match->etag)
            return wrong(verdict, "304", "its ETag is " + quoted(verdict.field("ETag")));
        tally("listings 304");
        return judge_entries(verdict, question.if_none_match->entries);
    }
    if (verdict.got.status != 200)
        return wrong(verdict, "status", "for a listing");
    if (question.head)
        return;
    std::string text = verdict.got.body;
    Representation seen;
    seen.listing = true;
    try {
        if (const std::string coding = verdict.field("Content-Encoding"); !coding.empty()) {
            tally("coded listings");
            text = decode(coding, text);
        }
        seen.entries =
            question.listing == Question::Listing::json ? json_entries(text) : html_entries(text);
    } catch (const std::exception& e) {
        return wrong(verdict, "listing", e.what());
    }
    tally("listings");
    judge_entries(verdict, seen.entries);
    note(verdict, std::move(seen));
}

void Judge::judge_entries(Verdict& verdict, const std::vector<ListedEntry>& entries) {
    const std::string directory = history_.name(verdict.question.path);
    std::map<std::string, const ListedEntry*> shown;
    for (const ListedEntry& entry : entries)
        shown.emplace(entry.name, &entry);
    for (History::Path child : history_.children(verdict.question.path)) {
        const std::string name =
            history_.name(child).substr(directory.empty() ? 0 : directory.size() + 1);
        const States states = history_.during(child, verdict.question.sent, verdict.complete);
        const auto any = [&](const Holds& holds) {
            return std::ranges::any_of(states, [&](const auto& state) { return holds(*state); });
        };
        auto found = shown.find(name);
        if (found == shown.end()) {
            // Who reads a directory while a name is given to another file may miss it.
            if (states.size() == 1 && states[0]->kind != Kind::absent)
                wrong(verdict, "listing", name + " is missing");
            continue;
        }
        const ListedEntry& entry = *found->second;
        const bool is_directory = entry.directory;
        shown.erase(found);
        // What was gone before it could be looked at is neither.
        // (A page does not tell such an entry from a file.)
        if (!entry.is_file && !is_directory && states.size() > 1)
            continue;
        if (!any([&](const PathState& state) {
                return state.kind == (is_directory ? Kind::directory : Kind::file);
            })) {
            wrong(verdict, "listing",
                  name + " was not there, or of another kind: " + describe(states));
            continue;
        }
        if (entry.exact && entry.is_file && !any([&](const PathState& state) {
                return state.size() == entry.size ||
                       (states.size() > 1 && state.written_from < entry.size &&
                        entry.size < state.written_to);
            }))
            wrong(verdict, "listing",
                  name + " never had " + std::to_string(entry.size) +
                      " bytes: " + describe(states));
        if (entry.exact && entry.is_file && !any([&](const PathState& state) {
                return state.modified_ns / second == entry.modified;
            }))
            wrong(verdict, "listing", name + " is dated wrongly");
    }
    for (const auto& [name, entry] : shown)
        wrong(verdict, "listing", escape(name) + " never was there");
}

// --- ends

void Judge::broken(const Question& question, const std::string& how, Nanoseconds when) {
    const Response nothing;
    const Verdict verdict{question, nothing, when,
                          history_.during(question.path, question.sent, when)};
    if (verdict.any([this](const PathState& state) { return state.size() > options_.whole; }))
        return tally("cut off, large");
    wrong(verdict, "connection", how);
}

bool Judge::report() const {
    std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [status, count] : statuses_)
        text += (text.empty() ? "" : ", ") + std::to_string(status) + ": " + std::to_string(count);
    std::cout << "# answers: " << text << "\n";
    text.clear();
    for (const auto& [what, count] : tally_)
        text += (text.empty() ? "" : ", ") + what + ": " + std::to_string(count);
    std::cout << "# of them " << text << "\n";
    for (const auto& [kind, count] : faults_)
        std::cout << "# wrong: " << kind << ": " << count << "\n";
    std::cout.flush();
    return faults_.empty();
}

} // namespace ktcp::test
