// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "os_stub.hh"

#include <cstring>
#include <new>

namespace {

ktcp::test::OsStub& self(void* host) { return *static_cast<ktcp::test::OsStub*>(host); }

void* lend(int& left, int& lent) {
    if (left == 0)
        return nullptr;
    left--;
    lent++;
    void* buffer = ::operator new(KTCP_BUFFER_SIZE);
    std::memset(buffer, 0xa5, KTCP_BUFFER_SIZE); // nobody may rely on zeroes
    return buffer;
}

void take_back(int& left, int& lent, void* buffer) {
    left++;
    lent--;
    ::operator delete(buffer);
}

} // namespace

void* ktcp_os_buffer_acquire(void* host) {
    return lend(self(host).buffers_left, self(host).buffers);
}

void ktcp_os_buffer_release(void* host, void* buffer) {
    take_back(self(host).buffers_left, self(host).buffers, buffer);
}

void* ktcp_os_spare_acquire(void* host) { return lend(self(host).spares_left, self(host).spares); }

void ktcp_os_spare_release(void* host, void* buffer) {
    take_back(self(host).spares_left, self(host).spares, buffer);
}

void ktcp_os_resource_release(void* host) { self(host).resources--; }

void ktcp_os_count(void* host, ktcp_counter counter) { self(host).counters[counter]++; }
