// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/port.hh"

#include <new>

namespace ktcp::user {

bool Ports::begin(Connection& connection, bool slow) noexcept {
    auto fd = static_cast<size_t>(connection.fd());
    try {
        if (fd >= ports_.size())
            ports_.resize(fd + fd / 2 + 1);
    } catch (const std::bad_alloc&) {
        return false;
    }
    ports_[fd].connection = &connection;
    ports_[fd].slow = slow;
    return true;
}

bool Port::keep(const char* data, size_t size) noexcept {
    try {
        if (delivery.size == 0)
            kept.clear();
        kept.insert(kept.end(), data, data + size);
    } catch (const std::bad_alloc&) {
        return false;
    }
    delivery.size += size;
    delivery.data = kept.data() + kept.size() - delivery.size;
    return true;
}

} // namespace ktcp::user
