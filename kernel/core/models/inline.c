// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=inline: a request whose answer is in memory is served in the socket's
// callback itself, in the softirq that brought the packet: no thread is woken, no
// context switched. Whatever may sleep (files, opening and closing), and whatever
// exceeds the budget, is left to the connection's work item, as in model=event.
//
// How the two lanes keep out of each other's way: whoever drives the session has
// cleared connection->waiting, and it is only cleared under the socket's spinlock
// (drive.h). The callback holds that lock from its first look at `waiting` until
// the session rests again or has been left to the work item.

#include <linux/workqueue.h>
#include <net/sock.h>

#include "core/connection.h"
#include "core/drive.h"
#include "core/model.h"
#include "core/models/queue.h"
#include "core/server.h"
#include "core/socket_events.h"

static int ktcp_inline_open(struct ktcp_server *server)
{
	return ktcp_queue_open(server, WQ_MAX_ACTIVE);
}

static void ktcp_inline_wake(struct ktcp_connection *connection)
{
	queue_work(connection->server->queue, &connection->work);
}

static void ktcp_inline_work(struct work_struct *work)
{
	struct ktcp_connection *connection = container_of(work, struct ktcp_connection, work);

	if (ktcp_drive(connection) == KTCP_DRIVE_MORE)
		ktcp_inline_wake(connection);
}

static int ktcp_inline_prepare(struct ktcp_connection *connection)
{
	INIT_WORK(&connection->work, ktcp_inline_work);
	/* TCP is to allocate without sleeping, and from the socket's own page
	 * fragment, not from that of the task that happens to be interrupted. */
	connection->sk->sk_allocation = GFP_ATOMIC;
	return 0;
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
	    ktcp_drive_inline(connection) == KTCP_DRIVE_MORE)
		ktcp_inline_wake(connection);
}

const struct ktcp_model ktcp_model_inline = {
	.name = "inline",
	.open = ktcp_inline_open,
	.close = ktcp_queue_close,
	.prepare = ktcp_inline_prepare,
	.start = ktcp_inline_wake,
	.wake = ktcp_inline_wake,
	.data_ready = ktcp_inline_data_ready,
};
