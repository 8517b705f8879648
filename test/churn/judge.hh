// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Holds each answer against what existed while it was asked for.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "churn/history.hh"
#include "churn/ledger.hh"
#include "churn/question.hh"
#include "support/http_response.hh"

namespace ktcp::test {

struct JudgeOptions {
    unsigned whole = 2097152;  // bytes: a larger file is sent as it is at each moment
    bool unprivileged = false; // the server cannot read what others may not
    bool siblings = false;     // it serves NAME.gz in the place of NAME
};

class Judge {
public:
    Judge(const History& history, Ledger& ledger, const JudgeOptions& options)
        : history_(history), ledger_(ledger), options_(options) {}

    void judge(const Question& question, const Response& got, Nanoseconds complete);
    // The connection ended, or nothing came, before the answer was whole.
    void broken(const Question& question, const std::string& how, Nanoseconds when);
    void fault(const std::string& kind, const std::string& what);

    // Prints what was found; true if nothing was wrong.
    bool report() const;
    uint64_t count(const std::string& what) const;
    uint64_t answers() const;

private:
    struct Verdict;
    using Holds = std::function<bool(const PathState&)>;

    bool given(const PathState& state) const {
        return state.kind == PathState::Kind::file && (state.readable || !options_.unprivileged);
    }
    void judge_file(Verdict& verdict);
    void judge_body(Verdict& verdict);
    void judge_coded(Verdict& verdict, const std::string& coding);
    void judge_head(Verdict& verdict);
    void judge_range(Verdict& verdict);
    void judge_unsatisfiable(Verdict& verdict);
    void judge_not_modified(Verdict& verdict);
    void judge_listing(Verdict& verdict);
    void judge_entries(Verdict& verdict, const std::vector<ListedEntry>& entries);
    void judge_modified(Verdict& verdict, const Holds& among);
    void need_sibling(Verdict& verdict);
    void note(Verdict& verdict, Representation seen);
    void wrong_bytes(Verdict& verdict, std::string_view bytes, uint64_t offset, uint64_t size);

    void wrong(const Verdict& verdict, const std::string& kind, const std::string& what);
    void tally(const std::string& what);

    const History& history_;
    Ledger& ledger_;
    const JudgeOptions options_;
    mutable std::mutex mutex_;
    std::map<std::string, uint64_t> tally_;
    std::map<int, uint64_t> statuses_;
    std::map<std::string, uint64_t> faults_;
};

} // namespace ktcp::test
