/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One step of a session: doing what its last verdict asked for. There are two kinds:
 * quick ones need no sleep, whatever context they are made in; all others may wait for
 * a file system. See drive.h for who makes them, and when.
 */
#ifndef KTCP_CORE_STEP_H
#define KTCP_CORE_STEP_H

#include "core/connection.h"

/* What the session waits for (KTCP_WAIT_*), or 0 if it waits for nothing of the socket's. */
static inline unsigned int ktcp_step_wants(const struct ktcp_connection *connection)
{
	switch (connection->verdict) {
	case KTCP_WANT_RECEIVE:
		return KTCP_WAIT_RECEIVE;
	case KTCP_WANT_SEND:
		return KTCP_WAIT_SEND;
	case KTCP_WANT_BOTH:
		return KTCP_WAIT_RECEIVE | KTCP_WAIT_SEND;
	default:
		return 0;
	}
}

/* Does the next step need the socket, and nothing that may sleep? What is sent of a file
 * has to be read first, unless its bytes are kept in memory. */
static inline bool ktcp_step_is_on_socket(const struct ktcp_connection *connection)
{
	return ktcp_step_wants(connection) && (!connection->file || connection->content);
}

/* Such a step; with the socket's lock held. */
enum ktcp_progress ktcp_step_on_socket(struct ktcp_connection *connection);

/* Any other; in process context, without the lock, so that acknowledgements are taken in
 * meanwhile. */
enum ktcp_progress ktcp_step_in_task(struct ktcp_connection *connection);

/* Is a resource wanted, and was the answer in memory? Any context. */
bool ktcp_step_from_memory(struct ktcp_connection *connection);

#endif
