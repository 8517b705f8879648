// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "reference/content.hh"

#include "reference/characters.hh"
#include "reference/policy.hh"

namespace ktcp::reference {
namespace {

struct Incomplete {};
struct Refusal {
    int status;
    const char* rule;
};

bool is_text(char c) { return is_vchar(c) || is_obs_text(c) || is_blank(c); }

class Reader {
public:
    Reader(const std::string& text, uint64_t limit, Content& body)
        : text_(text), limit_(limit), body_(body) {}

    size_t at() const { return at_; }

    // chunked-body = *chunk last-chunk trailer-section CRLF
    void chunked_body() {
        while (chunk())
            ;
        trailer_section();
        crlf("body_ends_in_crlf");
        body_.size = at_;
    }

private:
    // Throws at the text's end: the rest, whatever it is, may still make it good.
    char peek() const {
        if (at_ == text_.size())
            throw Incomplete{};
        return text_[at_];
    }

    void crlf(const char* rule) {
        for (char expected : {'\r', '\n'}) {
            if (peek() != expected)
                throw Refusal{400, rule};
            at_++;
        }
    }

    void count_framing() {
        if (++framing_ > policy::framing_size)
            throw Refusal{400, "framing_size"};
    }

    // chunk      = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
    // last-chunk = 1*("0") [ chunk-ext ] CRLF
    bool chunk() {
        const uint64_t size = chunk_size();
        chunk_ext();
        crlf("chunk_line_ends_in_crlf");
        if (size == 0)
            return false;
        for (uint64_t i = 0; i < size; i++, at_++)
            body_.bytes += peek();
        crlf("chunk_data_ends_in_crlf");
        return true;
    }

    // chunk-size = 1*HEXDIG. Too large is too large as soon as it is.
    uint64_t chunk_size() {
        uint64_t size = 0;
        if (!is_hexdig(peek()))
            throw Refusal{400, "chunk_size_has_digits"};
        for (; is_hexdig(peek()); at_++) {
            if (size == 0 && text_[at_] == '0')
                count_framing(); // as many of these as one likes say nothing
            size = size * 16 + hex_digit(text_[at_]);
            if (body_.bytes.size() + size > limit_)
                throw Refusal{413, "content_size"};
        }
        return size;
    }

    // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
    void chunk_ext() {
        body_.tab_after_size |= peek() == '\t';
        for (bool first = true; is_blank(peek()); at_++, first = false)
            if (!first)
                count_framing();
        if (is_blank(text_[at_ - 1]) && peek() != ';' && peek() != '\r')
            throw Refusal{400, "chunk_ext_begins_with_semicolon"};
        if (peek() != ';')
            return;
        for (at_++; peek() != '\r'; at_++)
            text_byte("chunk_ext_characters");
    }

    // trailer-section = *( field-line CRLF )
    void trailer_section() {
        while (peek() != '\r') {
            const size_t begin = at_;
            // field-line = field-name ":" OWS field-value OWS; field-name = token
            for (; peek() != ':' || at_ == begin; at_++) {
                if (!is_tchar(peek()))
                    throw Refusal{400, "trailer_name_is_token"};
                count_framing();
            }
            for (; peek() != '\r'; at_++)
                text_byte("trailer_characters");
            body_.trailers.push_back(text_.substr(begin, at_ - begin));
            crlf("trailer_ends_in_crlf");
        }
    }

    void text_byte(const char* rule) {
        if (!is_text(peek()))
            throw Refusal{400, rule};
        count_framing();
    }

    const std::string& text_;
    const uint64_t limit_;
    Content& body_;
    size_t at_ = 0;
    size_t framing_ = 0;
};

// Content-Length = 1*DIGIT: so many bytes.
Content read_length(const std::string& text, uint64_t length, uint64_t limit) {
    Content body;
    if (length > limit) {
        body.outcome = Content::Outcome::refused;
        body.status = 413;
        body.rule = "content_size";
    } else if (text.size() >= length) {
        body.outcome = Content::Outcome::complete;
        body.size = static_cast<size_t>(length);
        body.bytes = text.substr(0, body.size);
    }
    return body;
}

Content read_chunked(const std::string& text, uint64_t limit) {
    Content body;
    Reader reader(text, limit, body);
    try {
        reader.chunked_body();
        body.outcome = Content::Outcome::complete;
    } catch (const Incomplete&) {
    } catch (const Refusal& refusal) {
        body.outcome = Content::Outcome::refused;
        body.status = refusal.status;
        body.rule = refusal.rule;
        body.refused_at = reader.at();
    }
    return body;
}

} // namespace

Content read_content(const RequestHead& head, const std::string& text, uint64_t limit) {
    return head.framing == RequestHead::Framing::chunked
               ? read_chunked(text, limit)
               : read_length(text, head.content_length, limit);
}

} // namespace ktcp::reference
