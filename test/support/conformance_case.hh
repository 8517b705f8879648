// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a conformance case says (test/conformance/README.md is its grammar). The same
// cases drive the engine itself, and any server over TCP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

// What a case remembers of responses, to use it later: by the names that it gives.
using Values = std::map<std::string, std::string>;

// The text with the value in place of each {name} that there is a value for.
std::string expand(std::string_view text, const Values& values);

// What the client does, in order.
struct Step {
    enum class Kind { send, wait, await, half_close };

    Kind kind = Kind::send;
    std::string bytes;         // send; to be expanded
    unsigned milliseconds = 0; // wait
    size_t responses = 0;      // await: so many of the expected ones must have come
};

struct FieldRule {
    enum class Kind { exact, pattern, absent, remember };

    Kind kind = Kind::exact;
    std::string name;
    // exact: all of it, to be expanded. pattern: a POSIX extended regular expression for
    // all of it. absent: only this value is; if empty, any. remember: its name in Values.
    std::string value;
};

struct BodyRule {
    enum class Kind {
        exact,
        size,
        contains,
        lacks,
        file,
        coded,        // the coded form of a file
        range,        // one range of a file
        ranges,       // several, as multipart/byteranges
        lists,        // without what is hidden
        lists_hidden, // with it
        lists_json,   // the same as JSON, without what is hidden
    };
    // First and last byte, both included, as in Range.
    struct Range {
        uint64_t first, last;
    };

    Kind kind = Kind::exact;
    std::string text; // bytes, a decimal size, or a path in the tree
    std::string coding;
    std::vector<Range> ranges;
};

struct ExpectedResponse {
    std::vector<int> statuses; // any one of them
    bool to_head = false;
    bool optional = false; // an interim response that a server may leave out
    std::vector<FieldRule> fields;
    std::vector<BodyRule> body;

    // With the values in place of their names.
    ExpectedResponse expanded(const Values& values) const;
};

struct Case {
    // kept: another request on the connection is answered. closed: FIN follows at
    // once. timeout: FIN follows, after a certain silence. ended: by FIN or RST.
    enum class End { kept, closed, timeout, ended };

    std::string file;
    int line = 0;
    std::string section; // where the specification says so
    std::string name;
    std::string about;
    std::string profile = "tree";
    bool unprivileged = false; // means nothing to a server that reads any file
    bool engine_only = false;  // about what only the scripted host has
    std::vector<Step> steps;
    std::vector<ExpectedResponse> expected;
    End end = End::kept;
    // Of `timeout`, in milliseconds from the last send, or the connection's start: how
    // long it is if nobody is late, and how long it may be.
    unsigned timeout_exact = 0;
    unsigned timeout_max = 0;

    bool half_closes() const;
    // Pauses of the client's get longer on a busy machine, and what follows shorter.
    bool waits() const;
    // For messages: FILE:LINE NAME.
    std::string where() const;
};

// Throws std::runtime_error that names file, line and what is wrong.
std::vector<Case> load_cases(const std::filesystem::path& file);
// All *.case files of a directory, in order of their names.
std::vector<Case> load_all_cases(const std::filesystem::path& directory);

} // namespace ktcp::test
