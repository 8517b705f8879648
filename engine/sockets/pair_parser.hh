// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Text to socket pairs; ktcp/socket_pairs.h has the grammar, and the C side's names.
#pragma once

#include "base/bytes.hh"
#include "ktcp/socket_pairs.h"

namespace ktcp::sockets {

// Incremental: a token is judged when what follows it is there, so that the pairs
// are the same however the text is cut. Tokens are copied here as they come, and
// what is longer than a token can be is counted but not kept.
class PairParser {
public:
    // The address, a scope, two brackets, '%' and ":65535", and some bytes more, so
    // that a report shows enough of what is too long.
    static constexpr uint32_t token_capacity = 80;

    [[nodiscard]] bool read(Bytes input, size_t& used, ktcp_socket_pair& pair);
    [[nodiscard]] bool finish(ktcp_socket_pair& pair);
    bool resting() const { return tokens_ == 0 && !in_token_; }

private:
    void put(char c);
    bool end_token();
    void complete(ktcp_socket_pair& pair);
    const char* judge(ktcp_socket_pair& pair) const;

    uint64_t line_ = 1;
    uint64_t number_ = 0;
    uint32_t size_ = 0;  // of text_
    uint32_t start_ = 0; // of the current or last token in it
    uint8_t tokens_ = 0; // complete ones of the current pair
    bool in_token_ = false;
    bool cut_ = false;
    char text_[2 * token_capacity + 1] = {};
};

} // namespace ktcp::sockets
