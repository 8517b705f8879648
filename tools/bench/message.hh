// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bench {

// Fills `to` with printable text that depends on both numbers: throughout, so that no part of one
// message passes for the same part of another. Two messages of less than 16 bytes may be equal.
void write_unique(std::span<char> to, std::uint64_t who, std::uint64_t when);

// The message that everybody sends without --unique: printable and without a period, so that lost,
// doubled or swapped parts are noticed.
[[nodiscard]] std::vector<char> common_message(std::size_t size);

// An echo, compared while it comes in.
class EchoCheck {
public:
    void begin(std::span<const char> message) {
        message_ = message;
        received_ = 0;
    }

    // The next bytes that came, of a message of which `sent` bytes are out. False: they are wrong.
    [[nodiscard]] bool take(std::span<const char> bytes, std::size_t sent);

    [[nodiscard]] bool complete() const { return received_ == message_.size(); }
    [[nodiscard]] std::size_t received() const { return received_; }
    [[nodiscard]] std::size_t missing() const { return message_.size() - received_; }
    // After take() has said false: what is wrong.
    [[nodiscard]] const std::string& fault() const { return fault_; }

private:
    std::span<const char> message_;
    std::size_t received_ = 0;
    std::string fault_;
};

} // namespace bench
