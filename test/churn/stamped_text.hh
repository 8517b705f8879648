// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Contents of which every 16 bytes say whose they are: the stamp of one write, the place
// in the file, and a checksum of both. Whatever a server makes of them, old, torn, mixed or
// cut, is not only found but named.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

// The content of a file, as the stamps of which it consists.
class StampedText {
public:
    StampedText() = default;
    StampedText(uint64_t stamp, uint64_t size) { overwrite(stamp, 0, size); }

    uint64_t size() const { return pieces_.empty() ? 0 : pieces_.back().end; }
    // What write(2) does at an offset; a gap before it becomes zeros (stamp 0).
    void overwrite(uint64_t stamp, uint64_t from, uint64_t size);
    // What ftruncate(2) does.
    void resize(uint64_t size);

    // Are `bytes` those from `offset` on?
    bool matches(std::string_view bytes, uint64_t offset) const;
    // The byte at which they begin to differ; offset + bytes.size() if they do not.
    uint64_t mismatch(std::string_view bytes, uint64_t offset) const;
    // Of the same bytes. That need not be of the same stamps: a few bytes of a stamp may be those
    // of another.
    bool operator==(const StampedText& other) const;

    std::string bytes() const;

private:
    struct Piece {
        uint64_t stamp;
        uint64_t end; // where the next one begins
        bool operator==(const Piece&) const = default;
    };
    void append(uint64_t stamp, uint64_t end);

    std::vector<Piece> pieces_; // neighbours differ, none is empty
};

// `size` bytes of a stamp, from a place in the file on.
std::string stamped_bytes(uint64_t stamp, uint64_t offset, uint64_t size);

// For reports: which stamps the bytes have, from `offset` on: "0-4095 of 17, 4096-8191 of 18".
std::string describe_stamps(std::string_view bytes, uint64_t offset);

} // namespace ktcp::test
