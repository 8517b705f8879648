// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The codings of Accept-Encoding by their weights, against a plain reading of RFC 9110
// section 12.5.3; and JSON where Accept likes it better, likewise.
#include "http/negotiation.hh"
#include "http/request_parser.hh"
#include "reference/characters.hh"
#include "reference/request_head.hh"
#include "require.hh"
#include "text.hh"

#include <algorithm>
#include <map>
#include <vector>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;
using reference::same_word;

namespace {

// weight = OWS ";" OWS "q=" qvalue, in thousandths; -1: it is none.
int read_weight(std::string_view text) {
    if (text.size() < 2 || !same_word(text.substr(0, 2), "q="))
        return -1;
    text.remove_prefix(2);
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
        (text.size() > 1 && text[1] != '.'))
        return -1;
    std::string digits(text.substr(std::min<size_t>(2, text.size())));
    if (!reference::all_of(digits, reference::is_digit))
        return -1;
    digits.resize(3, '0');
    const int value = (text[0] - '0') * 1000 + std::stoi(digits);
    return value <= 1000 ? value : -1;
}

// The weight that is given to each name; the first counts.
std::map<std::string, int> weights_of(const reference::RequestHead& head) {
    std::map<std::string, int> weights;
    for (const reference::Field& field : head.fields) {
        if (!same_word(field.name, "Accept-Encoding"))
            continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view member = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            const size_t semicolon = member.find(';');
            std::string name(reference::without_ows(member.substr(0, semicolon)));
            const int weight =
                semicolon == member.npos
                    ? 1000
                    : read_weight(reference::without_ows(member.substr(semicolon + 1)));
            if (!reference::is_token(name) || weight < 0)
                continue;
            std::transform(name.begin(), name.end(), name.begin(), reference::lower);
            weights.emplace(name == "x-gzip" ? "gzip" : name, weight);
        }
    }
    return weights;
}

// How well one media type is liked, by the most specific range that it is in (RFC 9110
// section 12.5.1): of the first of them, in thousandths.
class TypeWeight {
public:
    explicit TypeWeight(std::string_view type) : type_(type) {}

    void take(std::string_view range, int weight) {
        const std::string family = type_.substr(0, type_.find('/')) + "/*";
        const int specificity = same_word(range, type_)    ? 3
                                : same_word(range, family) ? 2
                                : range == "*/*"           ? 1
                                                           : 0;
        if (specificity > specificity_) {
            specificity_ = specificity;
            weight_ = weight;
        }
    }
    int weight() const { return weight_; }

private:
    const std::string type_;
    int specificity_ = 0;
    int weight_ = 0;
};

// Is JSON liked better than HTML? -1: the field has more than ranges and weights, and
// that is not read here.
int expects_json(const reference::RequestHead& head) {
    TypeWeight json("application/json"), html("text/html");
    for (const reference::Field& field : head.fields) {
        if (!same_word(field.name, "Accept"))
            continue;
        if (field.value.find('"') != field.value.npos)
            return -1;
        for (std::string_view rest = field.value; !rest.empty();) {
            const size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view member = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            const size_t semicolon = member.find(';');
            int weight = 1000;
            if (semicolon != member.npos) {
                weight = read_weight(reference::without_ows(member.substr(semicolon + 1)));
                if (weight < 0)
                    return -1;
            }
            const std::string_view range = reference::without_ows(member.substr(0, semicolon));
            json.take(range, weight);
            html.take(range, weight);
        }
    }
    return json.weight() > html.weight();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n" +
                             std::string(reinterpret_cast<const char*>(data), size) + "\r\n\r\n";
    RequestParser parser;
    if (parser.parse(test::bytes(text), {8192, 8192, 100}) != ParseResult::complete)
        return 0;
    const reference::RequestHead head = reference::read_request_head(text, {8192, 8192, 100});
    const HeadFields fields(test::bytes(text).first(parser.head_size()), parser.request().fields);

    // Of codings that are liked alike the densest comes first.
    const std::map<std::string, int> weights = weights_of(head);
    std::vector<std::pair<int, uint8_t>> expected;
    if (!fields.has(Field::accept_encoding))
        expected.push_back({1, KTCP_CODING_IDENTITY});
    else
        for (const auto& [name, coding] :
             {std::pair<const char*, uint8_t>{"zstd", KTCP_CODING_ZSTD},
              {"br", KTCP_CODING_BR},
              {"gzip", KTCP_CODING_GZIP},
              {"deflate", KTCP_CODING_DEFLATE},
              {"identity", KTCP_CODING_IDENTITY}}) {
            const auto named = weights.find(name), others = weights.find("*");
            const int weight = named != weights.end()           ? named->second * 2
                               : others != weights.end()        ? others->second * 2
                               : coding == KTCP_CODING_IDENTITY ? 1
                                                                : 0;
            if (weight > 0)
                expected.push_back({weight, coding});
        }
    std::stable_sort(expected.begin(), expected.end(),
                     [](auto a, auto b) { return a.first > b.first; });

    uint8_t codings[8];
    accepted_codings(fields, codings);
    for (size_t i = 0; i < 8; i++)
        check(codings[i] == (i < expected.size() ? expected[i].second : KTCP_CODING_END), "codings",
              text);

    const int json = expects_json(head);
    check(json < 0 || prefers_json(fields) == (json == 1), "JSON", text);
    return 0;
}
