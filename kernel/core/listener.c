// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The listening socket: one for IPv4 and IPv6, in the network namespace of
// whoever loads the module.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/printk.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "core/connection.h"
#include "core/listener.h"
#include "core/server.h"
#include "core/stats.h"

/* Connections accepted before the work item lets others have the CPU. */
#define KTCP_ACCEPT_BUDGET 64
/* How long to wait for memory or file handles to come back. */
#define KTCP_ACCEPT_RETRY (HZ / 10)

/*
 * Accepting is short and bounded, and it must not wait for its turn behind a crowd of
 * runnable tasks: what the backlog has no room for is lost, and a client sends it again
 * only after a second. So it has the queue of the high priority workers.
 */
static void ktcp_listener_queue(struct ktcp_listener *listener)
{
	queue_work(system_highpri_wq, &listener->accept_work);
}

/*
 * A handshake was completed. Context: mostly softirq, with the lock of the new
 * child held and the listener's not; so stop() cannot exclude this by locking
 * the socket, and the callback lock does it.
 *
 * Children inherit this callback and are born with sk_user_data NULL (NOCOPY),
 * so one that gets data before it is accepted ends up here too: it is not in
 * LISTEN state, and whoever accepts it will look into its receive queue.
 */
static void ktcp_listener_data_ready(struct sock *sk)
{
	struct ktcp_listener *listener;

	if (sk->sk_state != TCP_LISTEN)
		return;
	read_lock_bh(&sk->sk_callback_lock);
	listener = rcu_dereference_sk_user_data(sk);
	if (listener)
		ktcp_listener_queue(listener);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void ktcp_listener_adopt(struct ktcp_listener *listener, struct sock *sk)
{
	write_lock_bh(&sk->sk_callback_lock);
	listener->default_data_ready = sk->sk_data_ready;
	__rcu_assign_sk_user_data_with_flags(sk, listener, SK_USER_DATA_NOCOPY);
	sk->sk_data_ready = ktcp_listener_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
}

static void ktcp_listener_disown(struct ktcp_listener *listener, struct sock *sk)
{
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_data_ready = listener->default_data_ready;
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
}

/* Asked before accepting, which allocates a socket before it finds out. */
static bool ktcp_listener_has_waiting(const struct ktcp_listener *listener)
{
	return !reqsk_queue_empty(&inet_csk(listener->socket->sk)->icsk_accept_queue);
}

/* One more connection, or the reason why not; -EAGAIN says that none waits. */
static int ktcp_listener_accept(struct ktcp_server *server)
{
	struct ktcp_listener *listener = &server->listener;
	struct socket *socket;
	int ret;

	ret = kernel_accept(listener->socket, &socket, O_NONBLOCK);
	if (ret)
		return ret;
	ret = ktcp_connection_create(server, socket);
	if (ret) {
		ktcp_stats_add(KTCP_STAT_refused, 1);
		ktcp_listener_disown(listener, socket->sk);
		sock_release(socket);
		/* Too many connections: the next one must be closed as well. Anything else
		 * is a lack of something, and not accept()'s own "none waits". */
		return ret == -EUSERS ? 0 : -ENOMEM;
	}
	ktcp_stats_add(KTCP_STAT_accepted, 1);
	return 0;
}

static void ktcp_listener_accept_work(struct work_struct *work)
{
	struct ktcp_listener *listener = container_of(work, struct ktcp_listener, accept_work);
	struct ktcp_server *server = container_of(listener, struct ktcp_server, listener);
	int budget;

	for (budget = KTCP_ACCEPT_BUDGET; budget; budget--) {
		/* stop() waits, and a thread for each that is accepted takes its time. */
		if (READ_ONCE(listener->stopping))
			return;
		if (!ktcp_listener_has_waiting(listener) &&
		    listener->socket->sk->sk_state == TCP_LISTEN)
			return;
		switch (ktcp_listener_accept(server)) {
		case 0:
		case -ECONNABORTED:	/* that one; the next may be well */
			break;
		case -EAGAIN:
			return;
		case -EINVAL:		/* somebody else ended the socket (ss -K) */
			pr_warn_ratelimited("the listening socket was closed by another hand; reload the module to listen again\n");
			return;
		default:		/* no memory, no file handles, no threads */
			if (!READ_ONCE(listener->stopping))
				schedule_delayed_work(&listener->retry_work, KTCP_ACCEPT_RETRY);
			return;
		}
	}
	ktcp_listener_queue(listener);
}

static void ktcp_listener_retry_work(struct work_struct *work)
{
	struct ktcp_listener *listener =
		container_of(to_delayed_work(work), struct ktcp_listener, retry_work);

	if (!READ_ONCE(listener->stopping))
		ktcp_listener_queue(listener);
}

/*
 * A socket of the loader's namespace. Not sock_create_kern(): kernel sockets
 * hold no reference to their namespace, and for that reason lose their timers
 * when closed, so that the end of a response would not be retransmitted.
 */
static int ktcp_listener_create_socket(const struct ktcp_server_options *options,
				       struct socket **result)
{
	struct sockaddr_in6 any6 = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_ANY_INIT,
		.sin6_port = htons(options->port),
	};
	struct sockaddr_in any4 = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_ANY),
		.sin_port = htons(options->port),
	};
	struct sockaddr *address = (struct sockaddr *)&any6;
	int size = sizeof(any6);
	struct socket *socket;
	int ret;

	ret = sock_create(AF_INET6, SOCK_STREAM, IPPROTO_TCP, &socket);
	if (ret == -EAFNOSUPPORT) {
		address = (struct sockaddr *)&any4;
		size = sizeof(any4);
		ret = sock_create(AF_INET, SOCK_STREAM, IPPROTO_TCP, &socket);
	}
	if (ret)
		return ret;
	/* Whatever net.ipv6.bindv6only says. */
	if (address->sa_family == AF_INET6)
		socket->sk->sk_ipv6only = 0;
	sock_set_reuseaddr(socket->sk);
	/* What follows is inherited by each accepted socket. */
	tcp_sock_set_nodelay(socket->sk);
	sock_set_keepalive(socket->sk);
	if (options->user_timeout)
		tcp_sock_set_user_timeout(socket->sk, options->user_timeout);
	ret = kernel_bind(socket, address, size);
	if (ret) {
		sock_release(socket);
		return ret;
	}
	*result = socket;
	return 0;
}

int ktcp_listener_start(struct ktcp_server *server)
{
	struct ktcp_listener *listener = &server->listener;
	int ret;

	listener->stopping = false;
	INIT_WORK(&listener->accept_work, ktcp_listener_accept_work);
	INIT_DELAYED_WORK(&listener->retry_work, ktcp_listener_retry_work);
	ret = ktcp_listener_create_socket(&server->options, &listener->socket);
	if (ret)
		goto err;
	/* Before the first handshake, so that no child escapes inheritance. */
	ktcp_listener_adopt(listener, listener->socket->sk);
	ret = kernel_listen(listener->socket, server->options.backlog);
	if (ret) {
		ktcp_listener_stop(listener);
		goto err;
	}
	/* Inherited, and undone by listen(): a request that is answered at once needs no
	 * acknowledgement of its own (receive.c). */
	tcp_sock_set_quickack(listener->socket->sk, 0);
	return 0;
err:
	pr_err("cannot listen on port %u: %s (%d)\n", server->options.port,
	       ret == -EADDRINUSE ? "it is in use; choose another with port=" : "no socket", ret);
	return ret;
}

/*
 * The callback is restored first, so that nothing but the two works queues them.
 * Each may be past its look at `stopping` and still queue the other: accept_work
 * until the first cancel returns, so that no retry is armed after the second;
 * retry_work until the second returns, and the accept_work that it queued sees
 * `stopping`, and goes with the third. Closing the socket resets what was not accepted.
 */
void ktcp_listener_stop(struct ktcp_listener *listener)
{
	struct sock *sk = listener->socket->sk;

	lock_sock(sk);
	ktcp_listener_disown(listener, sk);
	release_sock(sk);
	WRITE_ONCE(listener->stopping, true);
	cancel_work_sync(&listener->accept_work);
	cancel_delayed_work_sync(&listener->retry_work);
	cancel_work_sync(&listener->accept_work);
	sock_release(listener->socket);
	listener->socket = NULL;
}
