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

#include <linux/mm.h>
#include <linux/percpu.h>
#include <net/sock.h>

#include "compat.h"
#include "core/buffers.h"
#include "core/connection.h"
#include "core/drive.h"
#include "core/model.h"
#include "core/models/worker.h"
#include "core/socket_events.h"

/*
 * Where TCP puts the bytes that are sent from here: pages of our own. In a task, TCP
 * fills a page of the task's, and the one that is interrupted may be about to do so;
 * and a page of the socket's would stay with each client, however silent.
 */
static DEFINE_PER_CPU(struct page_frag, ktcp_inline_frag);

/* With the socket's spinlock held. */
static enum ktcp_driven ktcp_inline_drive(struct ktcp_connection *connection)
{
	struct page_frag *frag = this_cpu_ptr(&ktcp_inline_frag);
	struct sock *sk = connection->sk;
	struct page_frag own_frag = sk->sk_frag;
	gfp_t own_allocation = sk->sk_allocation;
	enum ktcp_driven driven;

	/* If memory is short, the work item can wait for it. */
	if (unlikely(!ktcp_buffers_reserve()))
		return KTCP_DRIVE_MORE;
	sk->sk_allocation = GFP_ATOMIC;
	sk->sk_frag = *frag;
	ktcp_compat_use_task_frag(sk, false);
	driven = ktcp_drive_atomic(connection);
	ktcp_compat_use_task_frag(sk, true);
	*frag = sk->sk_frag;
	sk->sk_frag = own_frag;
	sk->sk_allocation = own_allocation;
	return driven;
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
	    ktcp_inline_drive(connection) == KTCP_DRIVE_MORE)
		ktcp_worker_wake(connection);
}

/* No connection is left, so no callback drives one. */
static void ktcp_inline_close(struct ktcp_server *server)
{
	int cpu;

	ktcp_worker_close(server);
	for_each_possible_cpu(cpu) {
		struct page_frag *frag = per_cpu_ptr(&ktcp_inline_frag, cpu);

		if (frag->page)
			put_page(frag->page);
		frag->page = NULL;
	}
}

const struct ktcp_model ktcp_model_inline = {
	.name = "inline",
	.open = ktcp_worker_open_all,
	.close = ktcp_inline_close,
	.prepare = ktcp_worker_prepare,
	.start = ktcp_worker_start,
	.wake = ktcp_worker_wake,
	.data_ready = ktcp_inline_data_ready,
};
