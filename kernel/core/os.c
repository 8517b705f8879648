// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// What the engine asks of its host (ktcp/os.h). `host` is the connection; all of
// it is called by the connection's driver.

#include <ktcp/os.h>

#include "core/buffers.h"
#include "core/connection.h"
#include "core/files.h"
#include "core/stats.h"

void *ktcp_os_buffer_acquire(void *host)
{
	const struct ktcp_connection *connection = host;

	return ktcp_buffer_acquire(connection->atomic);
}

void ktcp_os_buffer_release(void *host, void *buffer)
{
	const struct ktcp_connection *connection = host;

	ktcp_buffer_release(buffer, connection->atomic);
}

void ktcp_os_resource_release(void *host)
{
	ktcp_files_release(host);
}

void ktcp_os_count(void *host, enum ktcp_counter counter)
{
	ktcp_stats_count(counter);
}
