// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A connection's life: created when accepted, driven as its server's model has it
// (models/), ended by its driver.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "cache/cache.h"
#include "core/connection.h"
#include "core/deadline.h"
#include "core/model.h"
#include "core/origins.h"
#include "core/receive.h"
#include "core/server.h"
#include "core/socket_events.h"

void ktcp_connection_read_clock(struct ktcp_connection *connection)
{
	/* As fine as a tick, which is what timers are; and cheaper than any clock. */
	connection->now.monotonic = jiffies64_to_nsecs(get_jiffies_64());
	connection->now.unix_seconds = ktime_get_real_seconds();
}

/*
 * Only ever reached by the driver in process context, and nothing else can touch
 * the connection any more when its memory goes:
 * 1. It leaves the server's list under the list's mutex, so stop() no longer
 *    finds it.
 * 2. It waits for no answer any more, and the session gives back what it holds.
 * 3. The callbacks are disconnected under lock_sock(): none is running on
 *    return, none will run (socket_events.c). They wake nothing from here on.
 * 4. The timer is deleted, after waiting for its handler. Only the driver arms
 *    it, so it stays deleted.
 * 5. Whoever wakes the connection is gone (1, 3, 4). Its work item may be queued
 *    already, and is taken off the queue. It is not waited for: it is what runs
 *    this very function, and a work item may be freed by its own function.
 * 6. The socket belongs to nobody but us. Releasing it sends the RST, if there is
 *    to be one; the FIN, and what waited to travel with it, were sent before: had the
 *    peer sent something that was not read, TCP would reset the connection and drop
 *    them. For the same reason what has come is taken off, so that the reset does not
 *    overtake the response. Only then may its origin have another one.
 * 7. The count falls last, as the server may be gone when it has reached 0; the
 *    text that is still to run is what the model's close() waits for.
 */
void ktcp_connection_end(struct ktcp_connection *connection)
{
	struct ktcp_server *server = connection->server;

	mutex_lock(&server->connections_lock);
	list_del(&connection->node);
	mutex_unlock(&server->connections_lock);

	ktcp_cache_leave(connection);
	server->options.protocol->close(connection->session);

	ktcp_socket_events_disconnect(connection);
	ktcp_deadline_cancel(connection);
	if (work_pending(&connection->work))
		cancel_work(&connection->work);

	if (connection->verdict == KTCP_ABORT)
		sock_no_linger(connection->sk);
	else if (connection->sk->sk_state != TCP_CLOSE &&
		 !skb_queue_empty_lockless(&connection->sk->sk_receive_queue))
		ktcp_receive_discard(connection);
	sock_release(connection->socket);

	ktcp_origins_leave(&server->origins, connection->origin);

	kmem_cache_free(server->connection_cache, connection);
	if (atomic_dec_and_test(&server->connection_count))
		wake_up(&server->empty);
}

/*
 * The connection is driven at once, since bytes that came before the callbacks
 * were ours were reported to nobody.
 */
int ktcp_connection_create(struct ktcp_server *server, struct socket *socket)
{
	struct ktcp_connection *connection;
	struct ktcp_origin *origin;
	int ret = -EUSERS;

	if (atomic_inc_return(&server->connection_count) > server->options.max_connections)
		goto err_count;
	origin = ktcp_origins_enter(&server->origins, socket->sk);
	if (IS_ERR(origin)) {
		ret = PTR_ERR(origin);
		goto err_count;
	}
	ret = -ENOMEM;
	connection = kmem_cache_zalloc(server->connection_cache, GFP_KERNEL | __GFP_NOWARN);
	if (!connection)
		goto err_origin;

	connection->server = server;
	connection->roots = server->roots;
	connection->origin = origin;
	connection->socket = socket;
	connection->sk = socket->sk;
	INIT_LIST_HEAD(&connection->awaiting);
	ret = server->options.model->prepare(connection);
	if (ret)
		goto err_connection;
	ktcp_deadline_init(connection);
	connection->session = (char *)connection + server->session_offset;
	ktcp_connection_read_clock(connection);
	connection->verdict = server->options.protocol->open(connection->session, connection,
			server->options.config, &connection->now);

	mutex_lock(&server->connections_lock);
	list_add_tail(&connection->node, &server->connections);
	mutex_unlock(&server->connections_lock);

	ktcp_socket_events_connect(connection);
	server->options.model->start(connection);
	return 0;

err_connection:
	kmem_cache_free(server->connection_cache, connection);
err_origin:
	ktcp_origins_leave(&server->origins, origin);
err_count:
	/* Not the last one: the listener is stopped before anyone waits for 0. */
	atomic_dec(&server->connection_count);
	return ret;
}
