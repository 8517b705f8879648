// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ktcp::plugin {

// Reads the guest's RAM. The interface has no call for it, but it tells where an instruction's
// bytes lie in QEMU's memory, and with `nokaslr` the kernel's text lies at a known guest-physical
// address: that gives the base of RAM, which below 2 GiB is one piece. Checked against the text
// of linux_banner before it is believed.
class GuestMemory {
public:
    // From kernel text at `vaddr` whose bytes are at `host`; `banner` is linux_banner's address.
    void learn(std::uint64_t vaddr, const void* host, std::uint64_t banner);
    [[nodiscard]] bool known() const { return base_.load(std::memory_order_acquire) != nullptr; }

    // False when the address is out of reach.
    [[nodiscard]] bool read(std::uint64_t physical, void* to, std::size_t size) const;

private:
    // Where q35 ends RAM below 4 GiB at the latest, and what vm/boot gives a guest at most when it
    // loads this plugin.
    static constexpr std::uint64_t limit = std::uint64_t{2} << 30;

    std::atomic<const unsigned char*> base_{nullptr};
};

} // namespace ktcp::plugin
