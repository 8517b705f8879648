// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/negotiation.hh"

#include "http/content_coding.hh"

namespace ktcp::http {
namespace {

// Weights are in thousandths, section 12.4.2.
constexpr int full_weight = 1000;
constexpr int unset = -1;

// Reads a member of a list from its beginning: tokens, marks, optional white space.
class MemberReader {
public:
    explicit MemberReader(Bytes member) : at_(member.begin()), end_(member.end()) {}

    bool done() const { return at_ == end_; }

    bool take(char mark) {
        if (at_ == end_ || *at_ != mark)
            return false;
        at_++;
        return true;
    }

    // ";" with optional white space around it.
    bool take_semicolon() {
        const char* const before = at_;
        skip_space();
        if (!take(';')) {
            at_ = before;
            return false;
        }
        skip_space();
        return true;
    }

    // Empty: there is none.
    Bytes token() {
        const char* const first = at_;
        while (at_ != end_ && ascii::is(*at_, ascii::token))
            at_++;
        return {first, at_};
    }

    // token / quoted-string (section 5.6.4), whose quotes are dropped and whose
    // backslashes are left in.
    bool value(Bytes& result) {
        if (!take('"')) {
            result = token();
            return !result.empty();
        }
        const char* const first = at_;
        for (; at_ != end_ && *at_ != '"'; at_++)
            if (*at_ == '\\' && ++at_ == end_)
                return false;
        result = Bytes(first, at_);
        return take('"');
    }

private:
    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t'))
            at_++;
    }

    const char* at_;
    const char* const end_;
};

// qvalue: "0" or "1", then at most three decimals, which are 0 behind the "1".
bool parse_weight(Bytes text, int& weight) {
    if (text.empty() || text.size > 5 || (text[0] != '0' && text[0] != '1') ||
        (text.size > 1 && text[1] != '.'))
        return false;
    int value = 0;
    for (size_t i = 2; i < 5; i++) {
        const char c = i < text.size ? text[i] : '0';
        if (!ascii::is_digit(c))
            return false;
        value = value * 10 + (c - '0');
    }
    if (text[0] == '1' && value != 0)
        return false;
    weight = text[0] == '1' ? full_weight : value;
    return true;
}

bool is_weight_name(Bytes name) { return ascii::equal_ignoring_case(name, "q"_b); }

// ---- Accept-Encoding ---------------------------------------------------------

constexpr unsigned coding_count = sizeof content_codings / sizeof content_codings[0];
constexpr unsigned identity_place = coding_count - 1;
static_assert(coding_count < sizeof(ktcp_resource_request::codings), "END follows");

class CodingWeights {
public:
    // One member: codings [ weight ]. What is malformed or not known says nothing.
    void take(Bytes member) {
        MemberReader reader(member);
        Bytes name = reader.token();
        int weight = full_weight;
        if (reader.take_semicolon())
            if (!is_weight_name(reader.token()) || !reader.take('=') ||
                !parse_weight(reader.token(), weight))
                return;
        if (name.empty() || !reader.done())
            return;
        if (name == "*"_b)
            return set(others_, weight);
        if (ascii::equal_ignoring_case(name, "x-gzip"_b))
            name = "gzip"_b; // section 8.4.1.3
        for (unsigned i = 0; i < coding_count; i++)
            if (ascii::equal_ignoring_case(name, content_codings[i].name))
                return set(weights_[i], weight);
    }

    // Twice the weight, so that what is acceptable without being asked for comes
    // below everything that is. 0: not acceptable.
    int rank(unsigned place) const {
        const int weight = weights_[place] != unset ? weights_[place] : others_;
        if (weight == unset)
            return place == identity_place ? 1 : 0;
        return 2 * weight;
    }

private:
    // Of two members for one coding the first counts.
    static void set(int& weight, int value) {
        if (weight == unset)
            weight = value;
    }

    int weights_[coding_count] = {unset, unset, unset, unset, unset};
    int others_ = unset; // of "*"
};

// ---- Accept --------------------------------------------------------------------

// Calls f for each member of a comma-separated list whose members may hold quoted
// strings, and these commas.
template <class F> void for_each_quoting_member(Bytes list, F f) {
    const char* p = list.begin();
    const char* const end = list.end();
    while (p != end) {
        const char* const first = p;
        bool quoted = false;
        for (; p != end && (quoted || *p != ','); p++) {
            if (*p == '"')
                quoted = !quoted;
            else if (quoted && *p == '\\' && p + 1 != end)
                p++;
        }
        const Bytes member = trim(Bytes(first, p));
        if (!member.empty())
            f(member);
        if (p != end)
            p++;
    }
}

// How well the client likes one media type: the weight of the most specific range
// that the type is in.
class TypeWeight {
public:
    constexpr TypeWeight(Bytes type, Bytes subtype) : type_(type), subtype_(subtype) {}

    void take(Bytes type, Bytes subtype, int weight) {
        int specificity = 0; // of "*/*"
        if (type != "*"_b) {
            if (!ascii::equal_ignoring_case(type, type_))
                return;
            specificity = 1;
        }
        if (subtype != "*"_b) {
            if (!ascii::equal_ignoring_case(subtype, subtype_))
                return;
            specificity = 2;
        }
        if (specificity > specificity_) {
            specificity_ = specificity;
            weight_ = weight;
        }
    }

    int weight() const { return weight_; }

private:
    Bytes type_, subtype_;
    int specificity_ = unset;
    int weight_ = 0;
};

struct MediaRange {
    Bytes type, subtype;
    int weight = full_weight;
    bool narrowed = false; // by a parameter that none of our types has
};

// One member: media-range [ weight ]. False: it is malformed.
bool parse_media_range(Bytes member, MediaRange& range) {
    MemberReader reader(member);
    range.type = reader.token();
    if (range.type.empty() || !reader.take('/'))
        return false;
    range.subtype = reader.token();
    if (range.subtype.empty() || (range.type == "*"_b && range.subtype != "*"_b))
        return false;
    bool weighted = false;
    while (reader.take_semicolon()) {
        const Bytes name = reader.token();
        if (name.empty())
            continue; // section 5.6.6 has parameters that are empty
        Bytes value;
        if (!reader.take('=') || !reader.value(value))
            return false;
        if (weighted)
            continue; // an extension of RFC 7231's, now gone
        if (is_weight_name(name)) {
            weighted = true;
            if (!parse_weight(value, range.weight))
                return false;
        } else if (!ascii::equal_ignoring_case(name, "charset"_b)) {
            range.narrowed = true;
        }
    }
    return reader.done();
}

} // namespace

void accepted_codings(const HeadFields& fields, uint8_t (&codings)[8]) {
    // In one store each: most requests of programs have no such field.
    constexpr uint8_t none[8] = {};
    constexpr uint8_t identity_only[8] = {KTCP_CODING_IDENTITY};
    static_assert(KTCP_CODING_END == 0);
    if (!fields.has(Field::accept_encoding)) {
        __builtin_memcpy(codings, identity_only, sizeof codings);
        return;
    }
    __builtin_memcpy(codings, none, sizeof codings);
    CodingWeights weights;
    fields.for_each(Field::accept_encoding, [&](Bytes value) {
        for_each_list_member(value, [&](Bytes member) { weights.take(member); });
    });
    // Insertion by rank keeps the order of those that are alike.
    int ranks[coding_count];
    unsigned count = 0;
    for (unsigned place = 0; place < coding_count; place++) {
        const int rank = weights.rank(place);
        if (rank == 0)
            continue;
        unsigned at = count++;
        for (; at > 0 && ranks[at - 1] < rank; at--) {
            ranks[at] = ranks[at - 1];
            codings[at] = codings[at - 1];
        }
        ranks[at] = rank;
        codings[at] = content_codings[place].coding;
    }
}

bool prefers_json(const HeadFields& fields) {
    if (!fields.has(Field::accept))
        return false;
    TypeWeight json("application"_b, "json"_b);
    TypeWeight html("text"_b, "html"_b);
    fields.for_each(Field::accept, [&](Bytes value) {
        for_each_quoting_member(value, [&](Bytes member) {
            MediaRange range;
            if (!parse_media_range(member, range) || range.narrowed)
                return;
            json.take(range.type, range.subtype, range.weight);
            html.take(range.type, range.subtype, range.weight);
        });
    });
    return json.weight() > html.weight();
}

} // namespace ktcp::http
