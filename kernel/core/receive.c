// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From the socket to the session: bytes are copied from the packets straight to
// where the session wants them.

#include <linux/skbuff.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "core/connection.h"
#include "core/receive.h"
#include "core/server.h"

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

/*
 * Copies what is at the queue's front, packet by packet; returns how much. *left is what is
 * still to be taken off, for tcp_read_done(). By the two parts of tcp_read_sock(): the
 * whole would look for another packet after the last, and call a function for each.
 */
static size_t ktcp_receive_copy(struct sock *sk, struct ktcp_space space, size_t *left)
{
	size_t done = 0;

	*left = 0;
	for (;;) {
		struct sk_buff *skb;
		size_t n;
		u32 offset;

		skb = tcp_recv_skb(sk, tcp_sk(sk)->copied_seq, &offset);
		if (!skb)
			return done;
		n = min_t(size_t, skb->len - offset, space.size - done);
		if (n && skb_copy_bits(skb, offset, space.data + done, n))
			return done;
		done += n;
		/* One that holds nothing but the FIN is taken off as if it had a byte. */
		*left = n ?: 1;
		if (done == space.size || skb_queue_is_last(&sk->sk_receive_queue, skb))
			return done;
		tcp_read_done(sk, *left);
		*left = 0;
	}
}

/*
 * TCP acknowledges when bytes are taken off, unless it was told that an answer will soon
 * carry the acknowledgement. So the session comes first: if it has nothing to say to what
 * has come, the peer may be waiting for the acknowledgement before it sends more.
 */
static void ktcp_receive_some(struct ktcp_connection *connection, struct ktcp_space space)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct sock *sk = connection->sk;
	size_t n, left;

	ktcp_connection_lock(connection);
	ktcp_receive_no_urgency(sk);
	n = ktcp_receive_copy(sk, space, &left);
	connection->verdict = protocol->received(connection->session, n, &connection->now);
	if (connection->verdict == KTCP_WANT_RECEIVE)
		inet_csk_exit_pingpong_mode(sk);
	if (left)
		tcp_read_done(sk, left);
	ktcp_connection_unlock(connection);
}

/* Nobody wants it. */
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
	smp_rmb(); /* what was queued before RCV_SHUTDOWN is seen below */
	return skb_queue_empty_lockless(&sk->sk_receive_queue);
}

enum ktcp_progress ktcp_receive(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct sock *sk = connection->sk;
	struct ktcp_space space;

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
	ktcp_receive_some(connection, space);
	return KTCP_PROGRESS;
}
