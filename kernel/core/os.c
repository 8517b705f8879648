// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// What the engine asks of its host (ktcp/os.h). `host` is the connection; all of
// it is called by the connection's driver.

#include <ktcp/os.h>

#include "core/buffers.h"
#include "core/connection.h"
#include "core/files.h"
#include "core/server.h"
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

/* Added first and looked at then: of two that come at the limit, none may get through,
 * but never both. */
void *ktcp_os_spare_acquire(void *host)
{
	const struct ktcp_connection *connection = host;
	struct ktcp_server *server = connection->server;
	void *buffer = NULL;

	if ((unsigned int)atomic_add_return(KTCP_BUFFER_SIZE, &server->spare_memory) <=
	    server->options.sort_memory)
		buffer = ktcp_buffer_acquire(connection->atomic);
	if (!buffer)
		atomic_sub(KTCP_BUFFER_SIZE, &server->spare_memory);
	return buffer;
}

void ktcp_os_spare_release(void *host, void *buffer)
{
	const struct ktcp_connection *connection = host;

	ktcp_buffer_release(buffer, connection->atomic);
	atomic_sub(KTCP_BUFFER_SIZE, &connection->server->spare_memory);
}

void ktcp_os_resource_release(void *host)
{
	ktcp_files_release(host);
}

void ktcp_os_count(void *host, enum ktcp_counter counter)
{
	ktcp_stats_count(counter);
}
