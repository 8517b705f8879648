// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the engine may ask of this host (ktcp/os.h); `host` is a Connection.
#include "connection.hh"

#include "ktcp/os.h"

using ktcp::user::Connection;

namespace {

Connection& connection(void* host) { return *static_cast<Connection*>(host); }

} // namespace

void* ktcp_os_buffer_acquire(void* host) { return connection(host).worker().buffers.acquire(); }

void ktcp_os_buffer_release(void* host, void* buffer) {
    connection(host).worker().buffers.release(buffer);
}

void* ktcp_os_spare_acquire(void* host) { return connection(host).worker().acquire_spare(); }

void ktcp_os_spare_release(void* host, void* buffer) {
    connection(host).worker().release_spare(buffer);
}

void ktcp_os_resource_release(void* host) { connection(host).release_resource(); }

void ktcp_os_count(void* host, ktcp_counter counter) {
    connection(host).worker().counters.add(counter);
}
