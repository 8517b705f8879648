// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=inline: a request whose answer is in memory is served in the socket's
// callback itself, in the softirq that brought the packet: no thread is woken, no
// context switched. Whatever may sleep (files, opening and closing), and whatever
// exceeds the budget, is left to the connection's work item.
//
// How the two keep out of each other's way: whoever drives the session has cleared
// connection->waiting, and it is only cleared with the socket's lock held
// (drive.h). The callback holds the spinlock from its first look at `waiting` until
// the session rests again or has been left to the work item.

#include <net/sock.h>

#include "core/connection.h"
#include "core/drive.h"
#include "core/model.h"
#include "core/models/worker.h"
#include "core/socket_events.h"

static int ktcp_inline_prepare(struct ktcp_connection *connection)
{
	/* TCP is to allocate without sleeping, and from the socket's own page
	 * fragment, not from that of the task that happens to be interrupted. */
	connection->sk->sk_allocation = GFP_ATOMIC;
	return ktcp_worker_prepare(connection);
}

/*
 * Somebody in process context may own the socket (lock_sock): the work item, or
 * a look at it by ss. Then this is called without the spinlock, when the owner
 * takes in the packets that came meanwhile.
 */
static void ktcp_inline_data_ready(struct sock *sk)
{
	struct ktcp_connection *connection = ktcp_socket_awaited(sk, KTCP_WAIT_RECEIVE);

	if (!connection)
		return;
	if (unlikely(sock_owned_by_user_nocheck(sk)) ||
	    ktcp_drive_atomic(connection) == KTCP_DRIVE_MORE)
		ktcp_worker_wake(connection);
}

const struct ktcp_model ktcp_model_inline = {
	.name = "inline",
	.open = ktcp_worker_open_all,
	.close = ktcp_worker_close,
	.prepare = ktcp_inline_prepare,
	.start = ktcp_worker_wake,
	.wake = ktcp_worker_wake,
	.data_ready = ktcp_inline_data_ready,
};
