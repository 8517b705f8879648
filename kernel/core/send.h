/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_SEND_H
#define KTCP_CORE_SEND_H

#include <net/sock.h>

#include "core/connection.h"

/* The most that one step moves, so that one client cannot hold a CPU; and that one in
 * the atomic lane is begun with. */
#define KTCP_SEND_STEP (256u << 10)
#define KTCP_SEND_ATOMIC (64u << 10)

/* Bytes that are kept in memory and up to so many go out with the head, by a copy, which
 * for so few costs less than references to pages. */
#define KTCP_SEND_COPY (16u << 10)

/* Gives the socket what the session has; KTCP_DECLINED only in the atomic lane. */
enum ktcp_progress ktcp_send(struct ktcp_connection *connection);

/* Our side ends: the FIN goes out, and what waited to travel with it. Under the socket's
 * lock; does nothing if the connection is no more. The verdict becomes KTCP_ABORT if TCP had no
 * memory for it. */
void ktcp_send_fin(struct ktcp_connection *connection);

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

/* For send*.c: tells the session what became of an attempt to send @size bytes, of which
 * @sent were taken, or which failed with -@sent. */
enum ktcp_progress ktcp_send_account(struct ktcp_connection *connection, ssize_t sent, size_t size);

/* Sends a range of the current resource without a copy; @more says that other output
 * follows it. From what is kept in memory: */
enum ktcp_progress ktcp_send_content(struct ktcp_connection *connection,
				     const struct ktcp_segment *range, bool more);
/* or, of a file, from the page cache. Process context, without the lock. */
bool ktcp_send_pages_possible(const struct ktcp_connection *connection);
enum ktcp_progress ktcp_send_pages(struct ktcp_connection *connection,
				   const struct ktcp_segment *range, bool more);

#endif
