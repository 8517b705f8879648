// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Sends ranges of what is kept in memory by reference: TCP holds the pages until they
// are acknowledged, whatever becomes of the answer that they were kept for.

#include <linux/bvec.h>
#include <net/sock.h>

#include "compat.h"
#include "cache/content.h"
#include "core/connection.h"
#include "core/send.h"
#include "core/server.h"

/* Pieces for one call: of pages that lie in a row each. */
#define KTCP_CONTENT_PIECES 16

enum ktcp_progress ktcp_send_content(struct ktcp_connection *connection,
				     const struct ktcp_segment *range, bool more)
{
	struct sock *sk = connection->sk;
	struct bio_vec pieces[KTCP_CONTENT_PIECES];
	size_t size = min_t(u64, range->size, KTCP_SEND_STEP);
	unsigned int count;
	ssize_t sent;

	if (!ktcp_content_has(connection->content, range->offset, range->size)) {
		connection->verdict = connection->server->options.protocol->resource_failed(
				connection->session);
		return KTCP_PROGRESS;
	}
	count = ktcp_content_pages(connection->content, range->offset, &size, pieces,
				   KTCP_CONTENT_PIECES);
	ktcp_connection_lock(connection);
	sent = ktcp_compat_send_pages(sk, pieces, count, size, more || size < range->size);
	connection->starved = ktcp_send_starved(sk, sent, size);
	ktcp_connection_unlock(connection);
	return ktcp_send_account(connection, sent, size);
}
