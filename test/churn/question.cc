// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/question.hh"

#include "support/http_date.hh"

namespace ktcp::test {

std::string Question::text() const {
    std::string text = (head ? "HEAD " : "GET ") + target + " HTTP/1.1\r\nHost: churn\r\n";
    auto field = [&text](const char* name, const std::string& value) {
        text += std::string(name) + ": " + value + "\r\n";
    };
    if (listing == Listing::json)
        field("Accept", "application/json");
    if (!codings.empty()) {
        std::string list;
        for (const std::string& coding : codings)
            list += (list.empty() ? "" : ", ") + coding;
        field("Accept-Encoding", list);
    }
    if (if_none_match)
        field("If-None-Match", if_none_match->etag);
    if (if_modified_since)
        field("If-Modified-Since", format_http_date(*if_modified_since));
    if (range)
        field("Range", range->suffix ? "bytes=-" + std::to_string(range->first)
                                     : "bytes=" + std::to_string(range->first) + "-" +
                                           (range->last ? std::to_string(*range->last) : ""));
    if (if_range)
        field("If-Range", if_range->etag);
    if (last_on_connection)
        field("Connection", "close");
    return text + "\r\n";
}

Question Curiosity::next() {
    Question question;
    // Often the same again at once: the second answer may come from what the first one left.
    if (recent_ == 0 || chance(60))
        do
            recent_ = below(static_cast<unsigned>(history_.size()));
        while (history_.name(recent_).find("/big-") != std::string::npos && !chance(20));
    question.path = recent_;
    question.target = "/" + history_.name(question.path);
    if (!history_.children(question.path).empty() && !chance(5)) {
        question.listing = chance(50) ? Question::Listing::json : Question::Listing::html;
        question.target += question.target == "/" ? "" : "/";
    }
    question.head = chance(10);
    static const std::vector<std::string> takes[] = {
        {"gzip"}, {"zstd"}, {"deflate"}, {"gzip", "zstd"}, {"gzip", "deflate"}};
    const unsigned kind = below(100);
    std::optional<Representation> known = ledger_.last(question.target);
    if (kind < 35)
        question.codings = takes[below(std::size(takes))];
    if (kind >= 20 && kind < 50 && known && known->whole && !known->etag.empty())
        question.if_none_match = known;
    else if (kind >= 50 && kind < 55 && known && known->modified)
        question.if_modified_since = known->modified;
    else if (kind >= 55 && kind < 70 && question.listing == Question::Listing::none) {
        Question::Range range;
        const unsigned most = known ? static_cast<unsigned>(known->text.size()) + 2 : 10'000;
        range.first = below(most);
        range.suffix = chance(20);
        if (!range.suffix && chance(70))
            range.last = range.first + below(20'000);
        question.range = range;
        if (known && known->whole && !known->etag.empty() && !known->etag.starts_with("W/") &&
            chance(50))
            question.if_range = known;
    }
    return question;
}

} // namespace ktcp::test
