// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A connection's life: created when accepted, driven by its work item as the
// session's verdicts say, ended by that same work item.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/net.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "core/connection.h"
#include "core/deadline.h"
#include "core/directory.h"
#include "core/files.h"
#include "core/receive.h"
#include "core/send.h"
#include "core/server.h"
#include "core/socket_events.h"
#include "core/stats.h"

/* Steps per run of the work item; a step moves at most KTCP_SEND_BUDGET bytes. */
#define KTCP_CONNECTION_BUDGET 16

/* How soon to try again when TCP had no memory and owes us no event. */
#define KTCP_STARVED_RETRY (50 * KTCP_MILLISECOND)

static void ktcp_connection_read_clock(struct ktcp_connection *connection)
{
	connection->now.monotonic = ktime_get_coarse_ns();
	connection->now.unix_seconds = ktime_get_real_seconds();
}

/* What the session waits for, or 0 if it waits for nothing of the socket's. */
static unsigned int ktcp_connection_wants(const struct ktcp_connection *connection)
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

/* Output goes first: it frees the memory that input needs. */
static enum ktcp_progress ktcp_connection_both(struct ktcp_connection *connection)
{
	enum ktcp_progress progress = ktcp_send(connection);

	if (progress == KTCP_BLOCKED && connection->verdict == KTCP_WANT_BOTH)
		progress = ktcp_receive(connection);
	return progress;
}

/*
 * Lingering close (RFC 9112 section 9.6): our FIN goes out, what still comes in
 * is read. A socket that is no longer connected is found out by the next step.
 */
static enum ktcp_progress ktcp_connection_shutdown(struct ktcp_connection *connection)
{
	kernel_sock_shutdown(connection->socket, SHUT_WR);
	connection->verdict = KTCP_WANT_RECEIVE;
	return KTCP_PROGRESS;
}

static enum ktcp_progress ktcp_connection_step(struct ktcp_connection *connection)
{
	switch (connection->verdict) {
	case KTCP_WANT_RECEIVE:
		return ktcp_receive(connection);
	case KTCP_WANT_SEND:
		return ktcp_send(connection);
	case KTCP_WANT_BOTH:
		return ktcp_connection_both(connection);
	case KTCP_WANT_RESOURCE:
		ktcp_files_resolve(connection);
		ktcp_connection_read_clock(connection);
		return KTCP_PROGRESS;
	case KTCP_WANT_ENTRIES:
		ktcp_directory_list(connection);
		ktcp_connection_read_clock(connection);
		return KTCP_PROGRESS;
	case KTCP_SHUTDOWN:
		return ktcp_connection_shutdown(connection);
	case KTCP_CLOSE:
	case KTCP_ABORT:
		break;
	}
	return KTCP_FATAL;	/* not reached: the work item ends these itself */
}

/*
 * The session can do nothing now. True if it may rest until an event: the
 * deadline is armed, and the callbacks have leave to queue the work item.
 *
 * No wake-up is lost: `waiting` is set before the socket is looked at again, and
 * a callback looks at `waiting` after its event is visible in the socket, with a
 * full barrier between in both. So one of the two sees the other; if both do,
 * there is one run too many, which finds nothing.
 */
static bool ktcp_connection_rest(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	unsigned int waiting = ktcp_connection_wants(connection) | KTCP_WAIT_DEADLINE;
	unsigned int events = waiting;
	ktcp_time deadline = protocol->deadline(connection->session);

	if (deadline <= connection->now.monotonic) {
		connection->verdict = protocol->expired(connection->session, &connection->now);
		return false;
	}
	if (unlikely(connection->starved)) {
		connection->starved = false;
		events &= ~KTCP_WAIT_SEND;	/* the buffer has room, and it is of no use */
		deadline = min(deadline, connection->now.monotonic + KTCP_STARVED_RETRY);
	}
	ktcp_deadline_arm(connection, deadline);

	WRITE_ONCE(connection->waiting, waiting);
	smp_mb();
	if (likely(!ktcp_socket_events_pending(connection, events)))
		return true;
	WRITE_ONCE(connection->waiting, 0);
	return false;
}

/* The server goes away: let the session finish what it has begun, once. */
static void ktcp_connection_drain(struct ktcp_connection *connection)
{
	if (READ_ONCE(connection->server->aborting)) {
		connection->verdict = KTCP_ABORT;
	} else if (!connection->drained && ktcp_connection_wants(connection)) {
		connection->drained = true;
		connection->verdict = connection->server->options.protocol->drain(
				connection->session, &connection->now);
	}
}

/*
 * Pushes out the last bytes, which wait for the FIN, before the socket is released:
 * had the peer sent something that was not read, TCP would reset the connection and
 * drop them. For the same reason what has come is taken off, so that the reset does
 * not overtake the response.
 */
static void ktcp_connection_finish(struct ktcp_connection *connection)
{
	kernel_sock_shutdown(connection->socket, SHUT_WR);
	if (unlikely(!skb_queue_empty_lockless(&connection->sk->sk_receive_queue)))
		ktcp_receive_discard(connection);
}

/*
 * The end. Only ever reached in the connection's own work item, and nothing else
 * can touch the connection any more when its memory goes:
 * 1. It leaves the server's list under the list's mutex, so stop() no longer
 *    finds it.
 * 2. The session gives back what it holds.
 * 3. The callbacks are disconnected under lock_sock(): none is running on
 *    return, none will run (socket_events.c). They queue nothing from here on.
 * 4. The timer is deleted, after waiting for its handler. Only this work item
 *    arms it, so it stays deleted.
 * 5. Whoever queues the work item is gone (1, 3, 4); it may be queued already,
 *    and is taken off the queue. It is not waited for: it is this very function,
 *    and the workqueue allows a work item to be freed by its own function.
 * 6. The socket belongs to nobody but us. Releasing it sends the RST, if there is
 *    to be one; the FIN, and what waits to travel with it, were sent before.
 * 7. The count falls last, as the server may be gone when it has reached 0; the
 *    text that is still to run is covered by destroy_workqueue().
 */
static void ktcp_connection_end(struct ktcp_connection *connection)
{
	struct ktcp_server *server = connection->server;

	mutex_lock(&server->connections_lock);
	list_del(&connection->node);
	mutex_unlock(&server->connections_lock);

	server->options.protocol->close(connection->session);

	ktcp_socket_events_disconnect(connection);
	ktcp_deadline_cancel(connection);
	if (work_pending(&connection->work))
		cancel_work(&connection->work);

	if (connection->verdict == KTCP_ABORT)
		sock_no_linger(connection->sk);
	else
		ktcp_connection_finish(connection);
	sock_release(connection->socket);

	kmem_cache_free(server->connection_cache, connection);
	if (atomic_dec_and_test(&server->connection_count))
		wake_up(&server->empty);
}

static void ktcp_connection_work(struct work_struct *work)
{
	struct ktcp_connection *connection = container_of(work, struct ktcp_connection, work);
	int budget;

	WRITE_ONCE(connection->waiting, 0);
	ktcp_connection_read_clock(connection);

	for (budget = KTCP_CONNECTION_BUDGET; budget; budget--) {
		enum ktcp_progress progress;

		if (unlikely(READ_ONCE(connection->server->draining)))
			ktcp_connection_drain(connection);
		if (connection->verdict == KTCP_CLOSE || connection->verdict == KTCP_ABORT) {
			ktcp_connection_end(connection);
			return;
		}
		progress = ktcp_connection_step(connection);
		if (progress == KTCP_BLOCKED && ktcp_connection_rest(connection))
			return;
		if (progress == KTCP_FATAL)
			connection->verdict = KTCP_ABORT;
	}
	queue_work(connection->server->queue, &connection->work);
}

void ktcp_connection_wake(struct ktcp_connection *connection)
{
	queue_work(connection->server->queue, &connection->work);
}

/*
 * Takes over an accepted socket, unless it fails; -EUSERS says that there are as
 * many connections as there may be. The work item starts at once, since bytes
 * that came before the callbacks were ours were reported to nobody.
 */
int ktcp_connection_create(struct ktcp_server *server, struct socket *socket)
{
	struct ktcp_connection *connection;
	int ret = -EUSERS;

	if (atomic_inc_return(&server->connection_count) > server->options.max_connections)
		goto err_count;
	ret = -ENOMEM;
	connection = kmem_cache_zalloc(server->connection_cache, GFP_KERNEL | __GFP_NOWARN);
	if (!connection)
		goto err_count;

	INIT_WORK(&connection->work, ktcp_connection_work);
	ktcp_deadline_init(connection);
	connection->server = server;
	connection->socket = socket;
	connection->sk = socket->sk;
	connection->session = (char *)connection + server->session_offset;
	ktcp_connection_read_clock(connection);
	connection->verdict = server->options.protocol->open(connection->session, connection,
			server->options.config, &connection->now);

	mutex_lock(&server->connections_lock);
	list_add_tail(&connection->node, &server->connections);
	mutex_unlock(&server->connections_lock);

	ktcp_socket_events_connect(connection);
	ktcp_connection_wake(connection);
	return 0;

err_count:
	/* Not the last one: the listener is stopped before anyone waits for 0. */
	atomic_dec(&server->connection_count);
	return ret;
}
