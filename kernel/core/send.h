/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_SEND_H
#define KTCP_CORE_SEND_H

#include <net/sock.h>

#include "core/connection.h"

/* The most that one step moves, so that one client cannot hold a CPU. */
#define KTCP_SEND_BUDGET (256u << 10)

/* Gives the socket what the session has. */
enum ktcp_progress ktcp_send(struct ktcp_connection *connection);

/*
 * Why did TCP take less than all? A full buffer will be reported when it has room
 * (SOCK_NOSPACE is set); a lack of memory will not, if nothing is under way to be
 * acknowledged. To be asked under the same lock as the sending: releasing it takes
 * in acknowledgements that make room.
 */
static inline bool ktcp_send_starved(const struct sock *sk, ssize_t sent, size_t size)
{
	return sent != size && sk_stream_memory_free(sk);
}

/* For send.c and send_pages.c: tells the session what became of an attempt to
 * send @size bytes, of which @sent were taken, or which failed with -@sent. */
enum ktcp_progress ktcp_send_account(struct ktcp_connection *connection, ssize_t sent, size_t size);

/* Sends a range of the current resource from the page cache, without a copy;
 * @more says that other output follows it. */
bool ktcp_send_pages_possible(const struct ktcp_connection *connection);
enum ktcp_progress ktcp_send_pages(struct ktcp_connection *connection,
				   const struct ktcp_segment *range, bool more);

#endif
