// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What drop_tcp_socket_fuzz writes: from plain noise to pairs that are nearly right.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace ktcp::test {

class Noise {
public:
    explicit Noise(uint64_t seed) : random_(seed) {}

    // 0 to below n.
    size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
    // Some text for one write(): of bytes, of pieces of the grammar, and of `names`,
    // pairs of connections that there are or were, as they are or changed.
    std::string text(const std::vector<std::string>& names);

private:
    std::string bytes();
    std::string grammar();
    void change(std::string& text);

    std::mt19937_64 random_;
};

} // namespace ktcp::test
