// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "client/documents.hh"

#include "drive.hh"

#include <string_view>

namespace ktcp::fuzz {
namespace {

struct Document {
    std::string_view path;
    ktcp_resource_status status;
    uint64_t size;
    int64_t modified_seconds;
    uint64_t inode;
};

// Names of one letter: they are there to be guessed.
constexpr Document documents[] = {
    {"", KTCP_RESOURCE_DIRECTORY, 0, 784111777, 2},
    {"d", KTCP_RESOURCE_DIRECTORY, 0, 784111777, 3},
    {"i", KTCP_RESOURCE_DIRECTORY, 0, 784111777, 4},
    {"i/index.html", KTCP_RESOURCE_FILE, 100, 784111777, 5},
    {"index.html", KTCP_RESOURCE_NOT_FOUND, 0, 0, 0},
    {"d/index.html", KTCP_RESOURCE_NOT_FOUND, 0, 0, 0},
    {"f", KTCP_RESOURCE_FILE, 26, 784111777, 1},
    {"e.txt", KTCP_RESOURCE_FILE, 0, 784111776, 6},              // empty
    {"m", KTCP_RESOURCE_FILE, 5000, 784025377, 7},               // a day old
    {"l", KTCP_RESOURCE_FILE, 100000, 1, 8},                     // more than a buffer
    {"b", KTCP_RESOURCE_FILE, 1ull << 40, 784111777, 9},         // big
    {"h", KTCP_RESOURCE_FILE, INT64_MAX, 784111777, UINT64_MAX}, // the biggest there is
    {"p", KTCP_RESOURCE_FILE, 3, 4102444800, 10},                // of the year 2100
    {"o", KTCP_RESOURCE_FILE, 3, -5, 11},                        // of before 1970
    {"c", KTCP_RESOURCE_FILE, 777, 784111777, 12},               // in any coding
    {"s", KTCP_RESOURCE_FORBIDDEN, 0, 0, 0},
    {"z", KTCP_RESOURCE_FAILED, 0, 0, 0},
};

constexpr std::string_view odd_names[] = {
    "a",
    "b.txt",
    ".hidden",
    "..x",
    "a b",
    "100%",
    "%2e%2e",
    "q?x#y",
    "<script>",
    "\"'&",
    "a:b",
    "c:\\d",
    "\xc3\xa9",
    "\xff",
    "\xe2\x82",
    "\xf4\x90\x80\x80",
    "\xed\xa0\x80",
    "\n",
    "\x01\x1f\x7f",
    "\xc0\xae",
    "\xef\xbf\xbd",
    "--",
    "~",
    "index.htm",
};

// Without a decision, a small file.
ktcp_resource random_resource(Input& input) {
    ktcp_resource resource = {};
    resource.status = static_cast<ktcp_resource_status>(1 + input.decide() % 5);
    resource.size = input.decide(1) % 4 ? input.decide(26) : 1ull << (input.decide() % 63);
    resource.modified_seconds = static_cast<int64_t>(input.decide(110) << 24) - (1 << 30);
    resource.modified_ns = input.decide() * 3900000u;
    resource.inode = input.decide();
    return resource;
}

} // namespace

Answer look_up(const ktcp_resource_request& request, Input& input) {
    Answer answer = {request.path, request.root, {}, {}};
    unsigned seen = 0;
    bool ended = false;
    for (uint8_t coding : request.codings) {
        check(coding <= KTCP_CODING_ZSTD, "an unknown coding");
        check(!ended || coding == KTCP_CODING_END, "a coding behind the last");
        ended |= coding == KTCP_CODING_END;
        if (ended)
            continue;
        check((seen & (1u << coding)) == 0, "a coding twice");
        seen |= 1u << coding;
        answer.codings.push_back(coding);
    }

    const Document* known = nullptr;
    for (const Document& document : documents)
        if (document.path == answer.path)
            known = &document;
    ktcp_resource& resource = answer.resource;
    if (known) {
        resource.status = known->status;
        resource.size = known->size;
        resource.modified_seconds = known->modified_seconds;
        resource.modified_ns = known->path == "f" ? 5 : 0;
        resource.inode = known->inode;
    } else {
        resource = random_resource(input);
    }
    resource.coding = KTCP_CODING_IDENTITY;
    if (known && known->path == "c") {
        resource.varies = true;
        // What it likes best; or what the host happens to have, the file itself at least.
        const uint8_t choice = input.decide();
        if (choice != 255 && !answer.codings.empty())
            resource.coding = answer.codings[choice % answer.codings.size()];
        resource.size /= resource.coding;
    }
    return answer;
}

std::vector<Entry> entries_of(Input& input, bool& complete) {
    const uint8_t amount = input.decide(3);
    const uint8_t style = input.decide();
    complete = style % 16 != 15;
    size_t count = amount < 240 ? amount : (amount - 239u) * 100;
    std::vector<Entry> entries;
    for (size_t i = 0; i < count; i++) {
        Entry entry;
        if (i < std::size(odd_names))
            entry.name = odd_names[(i + style) % std::size(odd_names)];
        else if (i % 3 == style % 3)
            entry.name = std::string(1 + (i * 37 + style) % KTCP_NAME_MAX,
                                     static_cast<char>(style / 2 + 'a'));
        else
            entry.name = std::to_string(i * 7919 % 10007) + char(1 + i % 255);
        for (char& c : entry.name)
            if (c == '/' || c == '\0')
                c = '_';
        entry.kind = static_cast<ktcp_entry_kind>(1 + (i + style) % 3);
        entry.size = i % 5 ? i * 1000 : 1ull << (i % 63);
        entry.modified_seconds = 784111777 - static_cast<int64_t>(i * 65537 % 100003);
        entries.push_back(entry);
    }
    return entries;
}

} // namespace ktcp::fuzz
