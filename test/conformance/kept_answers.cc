// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "conformance/kept_answers.hh"

#include <algorithm>

#include "support/http_response.hh"

namespace ktcp::test {

namespace {

struct Answers {
    std::vector<Response> responses;
    std::string rest; // what is no whole response
};

Answers answers_of(const Case& one, const Transcript& transcript) {
    Answers answers;
    std::string_view bytes = transcript.bytes;
    for (const ExpectedResponse& expected : one.expected) {
        if (expected.optional)
            continue; // taken out of transcripts
        ResponseReader reader;
        reader.start(expected.to_head);
        const size_t n = reader.feed(bytes);
        if (n == bytes.size() && transcript.end != ScriptedHost::End::open)
            reader.end_of_input();
        if (!reader.done() || !reader.fault().empty())
            break;
        bytes.remove_prefix(n);
        answers.responses.push_back(reader.response());
    }
    answers.rest = bytes;
    return answers;
}

std::string spelled(const std::vector<Field>& fields) {
    std::string text;
    for (const Field& field : fields)
        text += field.name + ": " + field.value + "\n";
    return text;
}

// Made as it is sent: of no length that could be known before.
bool streamed(const Response& response) {
    return response.status == 200 && !response.find("Content-Length");
}

// What tells the two apart.
void drop_framing(std::vector<Field>& fields) {
    std::erase_if(fields, [](const Field& field) {
        return equal_ignoring_case(field.name, "Transfer-Encoding") ||
               equal_ignoring_case(field.name, "Content-Length") ||
               equal_ignoring_case(field.name, "Connection");
    });
}

std::string difference(const Response& looked_up, const Response& kept, bool sorts) {
    if (looked_up.status != kept.status || looked_up.reason != kept.reason)
        return "the status";
    if (looked_up.body != kept.body)
        return "the body";
    std::vector<Field> wanted = looked_up.fields, got = kept.fields;
    if (streamed(looked_up) && sorts) {
        if (streamed(kept))
            return "a listing that is kept has no length";
        const std::string *a = looked_up.find("Connection"), *b = kept.find("Connection");
        if (looked_up.framing != Response::Framing::until_close && (a ? *a : "") != (b ? *b : ""))
            return "Connection";
        drop_framing(wanted);
        drop_framing(got);
    }
    return spelled(wanted) == spelled(got) ? "" : "the fields:\n" + spelled(got);
}

} // namespace

std::string kept_difference(const Case& one, const Transcript& looked_up, const Transcript& kept,
                            bool sorts) {
    const Answers wanted = answers_of(one, looked_up), got = answers_of(one, kept);
    if (wanted.responses.size() != got.responses.size())
        return std::to_string(got.responses.size()) + " responses, not " +
               std::to_string(wanted.responses.size());
    for (size_t i = 0; i < wanted.responses.size(); i++)
        if (std::string what = difference(wanted.responses[i], got.responses[i], sorts);
            !what.empty())
            return "response " + std::to_string(i + 1) + ": " + what;
    if (wanted.rest != got.rest)
        return "what follows the last response";
    // A listing that only the connection's end would have ended may leave it open.
    const bool ends_it = !wanted.responses.empty() && streamed(wanted.responses.back());
    if (looked_up.end != kept.end && !ends_it)
        return "how the connection ends";
    if (kept.complaints != looked_up.complaints && !ends_it)
        return kept.complaints.empty() ? "no complaint" : kept.complaints.front();
    return "";
}

} // namespace ktcp::test
