// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "blocks.hh"

namespace ktcp::plugin {

// x86-64's fixed layout without KASLR: modules have the last GiB, the kernel's image the one
// before; everything else in the upper half holds no code but entry stubs.
Region region_of(std::uint64_t vaddr) {
    if (vaddr >> 63 == 0)
        return Region::user;
    return vaddr >= 0xffffffffc0000000 && vaddr < 0xffffffffff000000 ? Region::module
                                                                     : Region::core;
}

bool is_call(const unsigned char* bytes, std::size_t size) {
    std::size_t at = 0;
    auto prefix = [](unsigned char b) {
        return b == 0x66 || b == 0x2e || b == 0x3e || b == 0xf2 || (b & 0xf0) == 0x40;
    };
    while (at < size && prefix(bytes[at]))
        ++at;
    if (at >= size)
        return false;
    if (bytes[at] == 0xe8)
        return true;
    if (bytes[at] == 0x0f && at + 1 < size && bytes[at + 1] == 0x05)
        return true;
    return bytes[at] == 0xff && at + 1 < size && (bytes[at + 1] >> 3 & 7) == 2;
}

Block& Blocks::find(std::uint64_t vaddr, std::uint32_t instructions, std::uint64_t return_to) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Block>& block = blocks_[Key{vaddr, return_to, instructions}];
    if (!block) {
        block = std::make_unique<Block>();
        block->vaddr = vaddr;
        block->return_to = return_to;
        block->instructions = instructions;
        block->region = region_of(vaddr);
    }
    return *block;
}

} // namespace ktcp::plugin
