// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "sockets/pair_parser.hh"

#include "base/place.hh"
#include "sockets/socket_text.hh"

namespace ktcp::sockets {
namespace {

// A carriage return too: files come from elsewhere.
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

} // namespace

void PairParser::put(char c) {
    if (resting()) {
        size_ = start_ = 0;
        cut_ = false;
    }
    if (!in_token_) {
        in_token_ = true;
        if (tokens_ == 1)
            text_[size_++] = ' ';
        start_ = size_;
    }
    if (size_ - start_ == token_capacity)
        cut_ = true;
    else
        text_[size_++] = c;
}

// Did it complete a pair?
bool PairParser::end_token() {
    if (in_token_)
        tokens_++;
    in_token_ = false;
    return tokens_ == 2;
}

const char* PairParser::judge(ktcp_socket_pair& pair) const {
    if (cut_)
        return "longer than any address with its port";
    if (tokens_ == 1) {
        const char* fault = split_socket(Bytes(text_, size_), pair.local);
        return fault ? fault : "the remote address is missing: LOCAL:PORT REMOTE:PORT is expected";
    }
    const char* fault = split_socket(Bytes(text_, start_ - 1), pair.local);
    return fault ? fault : split_socket(Bytes(text_ + start_, text_ + size_), pair.remote);
}

void PairParser::complete(ktcp_socket_pair& pair) {
    pair = {};
    pair.number = ++number_;
    pair.line = line_;
    pair.text = text_;
    pair.text_size = size_;
    pair.cut = cut_;
    pair.fault = judge(pair);
    tokens_ = 0;
}

bool PairParser::read(Bytes input, size_t& used, ktcp_socket_pair& pair) {
    for (size_t i = 0; i < input.size; i++) {
        const char c = input[i];
        if (c != '\n' && !is_blank(c)) {
            put(c);
            continue;
        }
        const bool found = end_token() || (c == '\n' && tokens_ == 1);
        if (found)
            complete(pair);
        if (c == '\n')
            line_++;
        if (found) {
            used = i + 1;
            return true;
        }
    }
    used = input.size;
    return false;
}

bool PairParser::finish(ktcp_socket_pair& pair) {
    end_token();
    if (tokens_ == 0)
        return false;
    complete(pair);
    return true;
}

} // namespace ktcp::sockets

using ktcp::sockets::PairParser;

static_assert(sizeof(PairParser) <= sizeof(ktcp_pair_parser));
static_assert(alignof(ktcp_pair_parser) % alignof(PairParser) == 0);

static PairParser& self(ktcp_pair_parser* parser) {
    return *reinterpret_cast<PairParser*>(parser->memory);
}

extern "C" void ktcp_pair_parser_open(ktcp_pair_parser* parser) {
    new (ktcp::Place{parser->memory}) PairParser;
}

extern "C" bool ktcp_pair_parser_read(ktcp_pair_parser* parser, const char* data, size_t size,
                                      size_t* used, ktcp_socket_pair* pair) {
    return self(parser).read(ktcp::Bytes(data, size), *used, *pair);
}

extern "C" bool ktcp_pair_parser_finish(ktcp_pair_parser* parser, ktcp_socket_pair* pair) {
    return self(parser).finish(*pair);
}

extern "C" bool ktcp_pair_parser_resting(const ktcp_pair_parser* parser) {
    return reinterpret_cast<const PairParser*>(parser->memory)->resting();
}
