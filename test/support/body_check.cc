// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/body_check.hh"

#include <algorithm>

#include "support/escape.hh"
#include "support/html_listing.hh"
#include "support/json_listing.hh"
#include "support/multipart_body.hh"

namespace ktcp::test {

namespace {

std::string difference(std::string_view got, std::string_view wanted, const std::string& name) {
    if (got == wanted)
        return {};
    auto differs = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
    return "the body (" + std::to_string(got.size()) + " bytes) differs from " + escape(name) +
           " (" + std::to_string(wanted.size()) + " bytes) from byte " +
           std::to_string(differs.first - got.begin());
}

std::string wrong_case(const std::string& what) {
    return "the case is wrong, the tree has no " + what;
}

const Node* file_of(const BodyRule& rule, const DocumentTree& tree) {
    const Node* node = tree.find(tree.real_path(rule.text));
    return node && node->kind == Node::Kind::file ? node : nullptr;
}

std::string content_range(BodyRule::Range range, uint64_t size) {
    return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
           std::to_string(size);
}

std::string range_fault(const BodyRule& rule, const Response& got, const std::string& file) {
    const BodyRule::Range range = rule.ranges[0];
    if (range.last >= file.size())
        return "the case is wrong, the file ends before the range does";
    const std::string* said = got.find("Content-Range");
    if (!said || *said != content_range(range, file.size()))
        return "Content-Range is " + (said ? "'" + escape(*said) + "'" : "missing") +
               ", expected: " + content_range(range, file.size());
    return difference(got.body,
                      std::string_view(file).substr(range.first, range.last - range.first + 1),
                      "the range of " + rule.text);
}

// multipart/byteranges, RFC 9110 section 14.6.
std::string ranges_fault(const BodyRule& rule, const Response& got, const std::string& file) {
    // Section 15.3.7.2.
    if (got.find("Content-Range"))
        return "Content-Range in the head of a multipart response";
    const std::string* type = got.find("Content-Type");
    MultipartBody multipart;
    if (std::string fault = read_multipart(type ? *type : "", got.body, multipart); !fault.empty())
        return fault;
    if (multipart.subtype != "byteranges")
        return "the media type is multipart/" + multipart.subtype;
    if (multipart.parts.size() != rule.ranges.size())
        return std::to_string(multipart.parts.size()) +
               " parts, expected: " + std::to_string(rule.ranges.size());
    for (size_t i = 0; i < rule.ranges.size(); i++) {
        Response part;
        part.fields = multipart.parts[i].fields;
        part.body = multipart.parts[i].body;
        if (!part.find("Content-Type") || part.fields.size() != 2)
            return "a part without Content-Type, or with fields beside it and Content-Range";
        BodyRule one = rule;
        one.ranges = {rule.ranges[i]};
        if (std::string fault = range_fault(one, part, file); !fault.empty())
            return "part " + std::to_string(i + 1) + ": " + fault;
    }
    return {};
}

std::string listing_fault(const BodyRule& rule, const Response& got, const DocumentTree& tree) {
    std::vector<std::string> names = tree.entries(rule.text);
    if (rule.kind != BodyRule::Kind::lists_hidden)
        std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
    std::string fault = rule.kind == BodyRule::Kind::lists_json
                            ? compare_json_listing(got.body, names)
                            : compare_listing(got.body, names, rule.text.empty());
    return fault.empty() ? fault : "listing of " + escape(rule.text) + ": " + fault;
}

} // namespace

bool is_listing(BodyRule::Kind kind) {
    return kind == BodyRule::Kind::lists || kind == BodyRule::Kind::lists_hidden ||
           kind == BodyRule::Kind::lists_json;
}

std::string body_fault(const BodyRule& rule, const Response& got, const DocumentTree& tree) {
    const std::string& body = got.body;
    switch (rule.kind) {
    case BodyRule::Kind::exact:
        if (body != rule.text)
            return "the body is '" + escape(body) + "', expected: '" + escape(rule.text) + "'";
        return {};
    case BodyRule::Kind::size:
        if (std::to_string(body.size()) != rule.text)
            return "the body has " + std::to_string(body.size()) + " bytes, expected: " + rule.text;
        return {};
    case BodyRule::Kind::contains:
        if (body.find(rule.text) == body.npos)
            return "the body '" + escape(body) + "' lacks: " + escape(rule.text);
        return {};
    case BodyRule::Kind::lacks:
        if (body.find(rule.text) != body.npos)
            return "the body contains: " + escape(rule.text);
        return {};
    case BodyRule::Kind::file:
    case BodyRule::Kind::coded:
    case BodyRule::Kind::range:
    case BodyRule::Kind::ranges:
        break;
    case BodyRule::Kind::lists:
    case BodyRule::Kind::lists_hidden:
    case BodyRule::Kind::lists_json:
        return listing_fault(rule, got, tree);
    }
    const Node* file = file_of(rule, tree);
    if (!file)
        return wrong_case("file " + escape(rule.text));
    if (rule.kind == BodyRule::Kind::range)
        return range_fault(rule, got, file->bytes);
    if (rule.kind == BodyRule::Kind::ranges)
        return ranges_fault(rule, got, file->bytes);
    if (rule.kind == BodyRule::Kind::file)
        return difference(body, file->bytes, rule.text);
    auto coded = file->coded.find(rule.coding);
    if (coded == file->coded.end())
        return wrong_case(rule.coding + " form of " + escape(rule.text));
    return difference(body, coded->second, rule.text + " as " + rule.coding);
}

} // namespace ktcp::test
