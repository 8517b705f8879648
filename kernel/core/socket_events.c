// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The socket's callbacks: they wake the connection, and in model=inline serve it.
//
// TCP calls each of the three with the socket's lock held: in softirq its
// spinlock, in process context its ownership (lock_sock). That is the whole of
// the protection here: whoever owns the socket excludes all three, and a
// connection that disconnected under lock_sock() is unknown to them for good.

#include <linux/net.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "core/connection.h"
#include "core/model.h"
#include "core/server.h"
#include "core/socket_events.h"

struct ktcp_connection *ktcp_socket_awaited(struct sock *sk, unsigned int events)
{
	struct ktcp_connection *connection = rcu_dereference_protected(__sk_user_data(sk), 1);

	/* The event is visible before `waiting` is read: the other half of
	 * this is in ktcp_drive_await(). */
	smp_mb();
	return connection && READ_ONCE(connection->waiting) & events ? connection : NULL;
}

static void ktcp_socket_event(struct sock *sk, unsigned int events)
{
	struct ktcp_connection *connection = ktcp_socket_awaited(sk, events);

	if (connection)
		connection->server->options.model->wake(connection);
}

void ktcp_socket_data_ready(struct sock *sk)
{
	ktcp_socket_event(sk, KTCP_WAIT_RECEIVE);
}

static void ktcp_socket_write_space(struct sock *sk)
{
	/* TCP asks whenever something was acknowledged; a third of the buffer
	 * has to be free before it is worth a run. */
	if (!sk_stream_is_writeable(sk))
		return;
	clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	ktcp_socket_event(sk, KTCP_WAIT_SEND);
}

static void ktcp_socket_state_change(struct sock *sk)
{
	ktcp_socket_event(sk, ~0u);
}

void ktcp_socket_events_connect(struct ktcp_connection *connection)
{
	struct sock *sk = connection->sk;

	write_lock_bh(&sk->sk_callback_lock);
	connection->default_write_space = sk->sk_write_space;
	connection->default_state_change = sk->sk_state_change;
	rcu_assign_sk_user_data(sk, connection);
	WRITE_ONCE(sk->sk_data_ready, connection->server->options.model->data_ready);
	WRITE_ONCE(sk->sk_write_space, ktcp_socket_write_space);
	WRITE_ONCE(sk->sk_state_change, ktcp_socket_state_change);
	write_unlock_bh(&sk->sk_callback_lock);
}

void ktcp_socket_events_disconnect(struct ktcp_connection *connection)
{
	struct sock *sk = connection->sk;

	lock_sock(sk);
	write_lock_bh(&sk->sk_callback_lock);
	/* Not what was there when it was accepted, which is the listener's. */
	sk->sk_data_ready = connection->server->listener.default_data_ready;
	sk->sk_write_space = connection->default_write_space;
	sk->sk_state_change = connection->default_state_change;
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
	release_sock(sk);
}

bool ktcp_socket_events_pending(const struct ktcp_connection *connection, unsigned int waiting)
{
	const struct sock *sk = connection->sk;

	if (READ_ONCE(sk->sk_err) || READ_ONCE(sk->sk_state) == TCP_CLOSE)
		return true;
	if (waiting & KTCP_WAIT_RECEIVE) {
		if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
			return true;
		if (!connection->ended && READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN)
			return true;
	}
	return waiting & KTCP_WAIT_SEND && sk_stream_is_writeable(sk);
}
