// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/net.h>
#include <net/sock.h>

#include "cache/cache.h"
#include "core/connection.h"
#include "core/directory.h"
#include "core/files.h"
#include "core/receive.h"
#include "core/send.h"
#include "core/socket_events.h"
#include "core/step.h"

/* Output goes first: it frees the memory that input needs. */
static enum ktcp_progress ktcp_step_both(struct ktcp_connection *connection)
{
	enum ktcp_progress progress = ktcp_send(connection);

	if (progress == KTCP_BLOCKED && connection->verdict == KTCP_WANT_BOTH)
		progress = ktcp_receive(connection);
	return progress;
}

enum ktcp_progress ktcp_step_on_socket(struct ktcp_connection *connection)
{
	switch (connection->verdict) {
	case KTCP_WANT_RECEIVE:
		return ktcp_receive(connection);
	case KTCP_WANT_SEND:
		return ktcp_send(connection);
	default:
		return ktcp_step_both(connection);
	}
}

bool ktcp_step_from_memory(struct ktcp_connection *connection)
{
	return connection->verdict == KTCP_WANT_RESOURCE && ktcp_files_resolve_atomic(connection);
}

/*
 * Lingering close (RFC 9112 section 9.6): our FIN goes out, what still comes in
 * is read. A socket that is no longer connected is found out by the next step.
 */
static enum ktcp_progress ktcp_step_shutdown(struct ktcp_connection *connection)
{
	lock_sock(connection->sk);
	ktcp_send_fin(connection);
	release_sock(connection->sk);
	if (connection->verdict == KTCP_ABORT)
		return KTCP_FATAL;
	connection->verdict = KTCP_WANT_RECEIVE;
	return KTCP_PROGRESS;
}

static enum ktcp_progress ktcp_step_resolve(struct ktcp_connection *connection)
{
	switch (ktcp_files_resolve(connection)) {
	case KTCP_FOUND:
		break;
	case KTCP_FOUND_MORE:
		/* Others have their turn before it goes on. */
		connection->long_step = true;
		break;
	case KTCP_FOUND_LATER:
		/* A client that has gone need not be waited for, and a socket that has
		 * ended never lets its connection rest. */
		return ktcp_socket_events_pending(connection, 0) ? KTCP_FATAL : KTCP_BLOCKED;
	}
	return KTCP_PROGRESS;
}

enum ktcp_progress ktcp_step_in_task(struct ktcp_connection *connection)
{
	enum ktcp_progress progress = KTCP_PROGRESS;

	switch (connection->verdict) {
	case KTCP_WANT_RESOURCE:
		progress = ktcp_step_resolve(connection);
		break;
	case KTCP_WANT_ENTRIES:
		ktcp_directory_list(connection);
		break;
	case KTCP_SHUTDOWN:
		return ktcp_step_shutdown(connection);
	default:	/* a file's pages */
		return ktcp_step_on_socket(connection);
	}
	ktcp_connection_read_clock(connection);
	return progress;
}
