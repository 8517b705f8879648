// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "os_stub.hh"

#include <cstring>
#include <new>

namespace {
ktcp::test::OsStub& self(void* host) { return *static_cast<ktcp::test::OsStub*>(host); }
} // namespace

void* ktcp_os_buffer_acquire(void* host) {
    if (self(host).buffers_left == 0)
        return nullptr;
    self(host).buffers_left--;
    self(host).buffers++;
    void* buffer = ::operator new(KTCP_BUFFER_SIZE);
    std::memset(buffer, 0xa5, KTCP_BUFFER_SIZE); // nobody may rely on zeroes
    return buffer;
}

void ktcp_os_buffer_release(void* host, void* buffer) {
    self(host).buffers_left++;
    self(host).buffers--;
    ::operator delete(buffer);
}

void ktcp_os_resource_release(void* host) { self(host).resources--; }

void ktcp_os_count(void* host, ktcp_counter counter) { self(host).counters[counter]++; }
