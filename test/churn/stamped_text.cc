// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/stamped_text.hh"

#include <algorithm>
#include <bit>
#include <cstring>

namespace ktcp::test {

namespace {

constexpr uint64_t block_size = 16;

struct Block {
    uint64_t stamp;
    uint64_t place; // the block's number below, a checksum above
};
static_assert(sizeof(Block) == block_size && std::endian::native == std::endian::little);

uint64_t checksum(uint64_t stamp, uint64_t number) {
    uint64_t mixed = (stamp ^ number << 40) * 0x9e3779b97f4a7c15;
    return (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9 >> 32;
}

// Stamp 0 is what the file system puts into a gap.
Block block_of(uint64_t stamp, uint64_t number) {
    if (stamp == 0)
        return {0, 0};
    return {stamp, (number & 0xffffffff) | checksum(stamp, number) << 32};
}

// The first of `size` bytes that is not the stamp's; `size` if all are.
uint64_t differs_at(const char* bytes, uint64_t size, uint64_t stamp, uint64_t offset) {
    uint64_t done = 0;
    while (done < size) {
        const uint64_t number = (offset + done) / block_size, skip = (offset + done) % block_size;
        const uint64_t length = std::min(block_size - skip, size - done);
        const Block block = block_of(stamp, number);
        const char* wanted = reinterpret_cast<const char*>(&block) + skip;
        if (memcmp(bytes + done, wanted, length) != 0)
            return done + static_cast<uint64_t>(
                              std::mismatch(wanted, wanted + length, bytes + done).first - wanted);
        done += length;
    }
    return size;
}

} // namespace

void StampedText::append(uint64_t stamp, uint64_t end) {
    if (end <= size())
        return;
    if (!pieces_.empty() && pieces_.back().stamp == stamp)
        pieces_.back().end = end;
    else
        pieces_.push_back({stamp, end});
}

void StampedText::overwrite(uint64_t stamp, uint64_t from, uint64_t count) {
    const StampedText old = *this;
    pieces_.clear();
    for (const Piece& piece : old.pieces_)
        append(piece.stamp, std::min(piece.end, from));
    append(0, from);
    append(stamp, from + count);
    for (const Piece& piece : old.pieces_)
        append(piece.stamp, piece.end);
}

void StampedText::resize(uint64_t wanted) {
    const StampedText old = *this;
    pieces_.clear();
    for (const Piece& piece : old.pieces_)
        append(piece.stamp, std::min(piece.end, wanted));
    append(0, wanted);
}

uint64_t StampedText::mismatch(std::string_view bytes, uint64_t offset) const {
    uint64_t done = 0;
    for (const Piece& piece : pieces_) {
        if (offset + done >= piece.end)
            continue;
        const uint64_t length = std::min(piece.end - offset - done, bytes.size() - done);
        const uint64_t same = differs_at(bytes.data() + done, length, piece.stamp, offset + done);
        done += same;
        if (same < length || done == bytes.size())
            break;
    }
    return offset + done;
}

bool StampedText::matches(std::string_view bytes, uint64_t offset) const {
    return mismatch(bytes, offset) == offset + bytes.size();
}

bool StampedText::operator==(const StampedText& other) const {
    if (size() != other.size())
        return false;
    auto mine = pieces_.begin(), its = other.pieces_.begin();
    for (uint64_t at = 0; at < size();) {
        const uint64_t end = std::min(mine->end, its->end);
        if (mine->stamp != its->stamp) {
            // Of two stamps, no whole block is the same: a look at few bytes is enough.
            const std::string bytes =
                stamped_bytes(mine->stamp, at, std::min(end - at, 2 * block_size));
            if (differs_at(bytes.data(), bytes.size(), its->stamp, at) != bytes.size())
                return false;
        }
        at = end;
        mine += at == mine->end;
        its += at == its->end;
    }
    return true;
}

std::string StampedText::bytes() const {
    std::string all;
    for (const Piece& piece : pieces_)
        all += stamped_bytes(piece.stamp, all.size(), piece.end - all.size());
    return all;
}

std::string stamped_bytes(uint64_t stamp, uint64_t offset, uint64_t size) {
    std::string bytes;
    const uint64_t first = offset / block_size, skip = offset % block_size;
    const uint64_t count = (skip + size + block_size - 1) / block_size;
    bytes.resize(count * block_size);
    for (uint64_t i = 0; i < count; i++) {
        const Block block = block_of(stamp, first + i);
        memcpy(&bytes[i * block_size], &block, block_size);
    }
    return skip == 0 && bytes.size() == size ? bytes : bytes.substr(skip, size);
}

std::string describe_stamps(std::string_view bytes, uint64_t offset) {
    constexpr unsigned most = 12;
    std::string text;
    uint64_t at = 0;
    for (unsigned runs = 0; at < bytes.size(); runs++) {
        if (runs == most)
            return text + ", ...";
        const uint64_t begin = at;
        uint64_t stamp = 0;
        // A stamp is read where a block begins, and believed if that block bears it out.
        const uint64_t skip = (offset + at) % block_size;
        bool known = false;
        if (skip == 0 && bytes.size() - at >= block_size) {
            memcpy(&stamp, bytes.data() + at, sizeof(stamp));
            uint64_t same = differs_at(bytes.data() + at, bytes.size() - at, stamp, offset + at);
            known = same >= block_size;
            at += known ? same : block_size;
        } else {
            at += std::min(block_size - skip, bytes.size() - at);
        }
        text += (text.empty() ? "" : ", ") + std::to_string(offset + begin) + "-" +
                std::to_string(offset + at - 1) +
                (known ? " of " + std::to_string(stamp) : " of no one stamp");
    }
    return text.empty() ? "no bytes" : text;
}

} // namespace ktcp::test
