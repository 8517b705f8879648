// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From the socket to the session: bytes are copied from the packets straight to
// where the session wants them.

#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "core/connection.h"
#include "core/receive.h"
#include "core/server.h"

/* A call of tcp_read_sock(). On the stack. */
struct ktcp_receive_run {
	read_descriptor_t desc;
	const struct sock *sk;
};

/*
 * Called for each packet; says how much of it was taken. tcp_read_sock() goes on
 * until `count` is 0, and would look for another packet after the last.
 */
static int ktcp_receive_actor(read_descriptor_t *desc, struct sk_buff *skb,
			      unsigned int offset, size_t size)
{
	struct ktcp_receive_run *run = container_of(desc, struct ktcp_receive_run, desc);
	size_t n = min(size, desc->count);

	if (skb_copy_bits(skb, offset, desc->arg.data, n))
		return 0;
	desc->arg.data = (char *)desc->arg.data + n;
	desc->count -= n;
	if (n == size && skb_queue_is_last(&run->sk->sk_receive_queue, skb))
		desc->count = 0;
	return n;
}

/*
 * A byte marked urgent is a byte like any other (RFC 6093), and tcp_read_sock() would
 * stop at it for ever.
 */
static void ktcp_receive_no_urgency(struct sock *sk)
{
	if (unlikely(tcp_sk(sk)->urg_data)) {
		tcp_sk(sk)->urg_data = 0;
		tcp_fast_path_check(sk);
	}
}

static int ktcp_receive_copy(struct ktcp_connection *connection, struct ktcp_space space)
{
	struct sock *sk = connection->sk;
	struct ktcp_receive_run run = {
		.desc = { .arg.data = space.data, .count = space.size },
		.sk = sk,
	};
	int n;

	ktcp_connection_lock(connection);
	ktcp_receive_no_urgency(sk);
	n = tcp_read_sock(sk, &run.desc, ktcp_receive_actor);
	ktcp_connection_unlock(connection);
	return n;
}

/* As above, and nobody wants it. */
static int ktcp_receive_discard_actor(read_descriptor_t *desc, struct sk_buff *skb,
				      unsigned int offset, size_t size)
{
	return size;
}

void ktcp_receive_discard(struct ktcp_connection *connection)
{
	read_descriptor_t desc = { .count = 1 };
	struct sock *sk = connection->sk;

	lock_sock(sk);
	ktcp_receive_no_urgency(sk);
	tcp_read_sock(sk, &desc, ktcp_receive_discard_actor);
	release_sock(sk);
}

/*
 * The peer's FIN is in line with its bytes: it counts once those are all read.
 * They are queued before RCV_SHUTDOWN is set, and looked for after.
 */
static bool ktcp_receive_ended(const struct sock *sk)
{
	if (!(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN))
		return false;
	smp_rmb();
	return skb_queue_empty_lockless(&sk->sk_receive_queue);
}

enum ktcp_progress ktcp_receive(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct sock *sk = connection->sk;
	struct ktcp_space space;
	int n;

	/* Before the session is asked for space: that takes a buffer. */
	if (skb_queue_empty_lockless(&sk->sk_receive_queue)) {
		if (READ_ONCE(sk->sk_err) || READ_ONCE(sk->sk_state) == TCP_CLOSE)
			return KTCP_FATAL;
		if (connection->ended || !ktcp_receive_ended(sk))
			return KTCP_BLOCKED;
		connection->ended = true;
		connection->verdict = protocol->end_of_input(connection->session,
							     &connection->now);
		return KTCP_PROGRESS;
	}

	space = protocol->receive_space(connection->session);
	if (!space.data)
		return KTCP_FATAL;
	n = ktcp_receive_copy(connection, space);
	connection->verdict = protocol->received(connection->session, max(n, 0),
						 &connection->now);
	return n < 0 ? KTCP_FATAL : KTCP_PROGRESS;
}
