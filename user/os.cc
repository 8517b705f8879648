// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the engine may ask of this host (ktcp/os.h).
#include "connection.hh"

#include "ktcp/os.h"

using ktcp::user::Connection;
using ktcp::user::Host;

namespace {

ktcp::user::Worker& worker(void* host) { return static_cast<Host*>(host)->worker(); }

} // namespace

void* ktcp_os_buffer_acquire(void* host) { return worker(host).buffers.acquire(); }

void ktcp_os_buffer_release(void* host, void* buffer) { worker(host).buffers.release(buffer); }

void* ktcp_os_spare_acquire(void* host) { return worker(host).acquire_spare(); }

void ktcp_os_spare_release(void* host, void* buffer) { worker(host).release_spare(buffer); }

// Only a connection has one.
void ktcp_os_resource_release(void* host) {
    static_cast<Connection*>(static_cast<Host*>(host))->release_resource();
}

void ktcp_os_count(void* host, ktcp_counter counter) { worker(host).counters.add(counter); }
