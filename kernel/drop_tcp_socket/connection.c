// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Finds a connection, and ends it by what its state needs. Only the table of
// established sockets is searched, where listeners are not: what is not found there
// does not exist for us, and there is no falling back to whoever listens.

#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/inet6_hashtables.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "drop_tcp_socket/connection.h"
#include "drop_tcp_socket/connection_id.h"

/* How often a connection may change its state while we look at it, before we give up. */
#define TRIES 3

/* How often others may take a socket's lock before us. */
#define LOCK_TRIES 1000

/*
 * The kernel's lookups are made for packets that arrive: "source" is our remote end,
 * @dif and @sdif stand for the interface, and its master, that they came in by. A
 * socket that is bound to an interface is found by either.
 *
 * IPv4 connections of IPv6 sockets are in the table by their IPv4 addresses.
 */
static struct sock *look_up_any(struct net *net, const struct ktcp_connection_id *id, int dif,
				int sdif)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	__be16 remote_port = htons(id->remote_port);

	if (ipv6_addr_v4mapped(&id->local))
		return __inet_lookup_established(net, hashinfo, id->remote.s6_addr32[3],
						 remote_port, id->local.s6_addr32[3],
						 id->local_port, dif, sdif);
#if IS_ENABLED(CONFIG_IPV6)
	return __inet6_lookup_established(net, hashinfo, &id->remote, remote_port, &id->local,
					  id->local_port, dif, sdif);
#else
	return NULL;
#endif
}

/*
 * The one that is bound to this interface; 0: to none. With tcp_l3mdev_accept, and in a
 * kernel without layer 3 masters, the lookups return one that is bound to none as well.
 */
static struct sock *look_up(struct net *net, const struct ktcp_connection_id *id, int bound)
{
	struct sock *sk = look_up_any(net, id, bound, bound);

	if (!sk || READ_ONCE(sk->sk_bound_dev_if) == bound)
		return sk;
	sock_gen_put(sk);
	return NULL;
}

/*
 * With a reference, or NULL. netstat does not say what a socket is bound to: without
 * an interface the unbound one comes first, then that of any interface.
 */
static struct sock *find(struct net *net, const struct ktcp_connection_id *id)
{
	struct net_device *device;
	struct sock *sk = NULL;

	rcu_read_lock();
	if (id->interface > 0) {
		sk = look_up(net, id, id->interface);
	} else if (!id->interface) {
		sk = look_up(net, id, 0);
		if (!sk) {
			for_each_netdev_rcu(net, device) {
				sk = look_up(net, id, device->ifindex);
				if (sk)
					break;
			}
		}
	}
	rcu_read_unlock();
	return sk;
}

/* In its listener's queue, or on the way from there to who accepts it. */
static bool not_accepted(const struct sock *sk)
{
	return !sk->sk_socket && !sock_flag(sk, SOCK_DEAD);
}

/*
 * A listener that is closed ends what it has not accepted under the spinlock alone,
 * and takes it for a fault if somebody owns such a socket, as tcp_abort() does. So do
 * as the listener does (inet_child_forget()), under the same lock; the socket stays
 * in the queue, and accept() returns one that has been aborted.
 */
static bool end_not_accepted(struct sock *sk)
{
	/* Multipath TCP and Fast Open have queues and rules of their own. */
	if (sk_is_mptcp(sk) || !((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)))
		return false;
	sk->sk_prot->disconnect(sk, O_NONBLOCK);
	WRITE_ONCE(sk->sk_err, ECONNABORTED);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	return true;
}

/*
 * A socket that has an owner. tcp_abort() would end a listener too, and it takes the
 * lock itself: an owner may have turned the very socket that we found into a listener
 * before (connect() to AF_UNSPEC, then listen()). So do what that connect() does, under
 * a lock that the owner needs for it, and leave the socket as tcp_abort() would.
 * -EBUSY: some kernels refuse while a thread waits in the socket.
 */
static int end_owned(struct net *net, const struct ktcp_connection_id *id, struct sock *sk,
		     int bound)
{
	struct sock *now;
	int ret = -ENOENT;

	lock_sock(sk);
	rcu_read_lock();
	now = look_up(net, id, bound);
	rcu_read_unlock();
	if (now)
		sock_gen_put(now);
	if (sock_flag(sk, SOCK_DEAD)) {
		ret = -EBUSY;
	} else if (now == sk) {
		ret = sk->sk_prot->disconnect(sk, O_NONBLOCK);
		if (!ret) {
			WRITE_ONCE(sk->sk_err, ECONNABORTED);
			WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
			sk->sk_state_change(sk);
		}
	}
	release_sock(sk);
	return ret;
}

/* tcp_abort() for who has no owner, or one that cannot turn it into a listener. */
static bool end_accepted(struct net *net, const struct ktcp_connection_id *id, struct sock *sk,
			 int bound)
{
	int ret = -EBUSY;

	if (!sk_is_mptcp(sk))
		ret = end_owned(net, id, sk, bound);
	/* What refuses that (-EBUSY; -EOPNOTSUPP with kernel TLS) refuses its owner's connect(), too,
	 * which is how it would become a listener. */
	return ret && ret != -ENOENT ? !tcp_abort(sk, ECONNABORTED) : !ret;
}

/*
 * A whole socket. A listener that is being closed must not find one of its queue owned
 * by somebody else, so wait until nobody has the lock, and look again under the
 * spinlock, without which nobody takes it.
 */
static bool end_full(struct net *net, const struct ktcp_connection_id *id, struct sock *sk)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);
	bool owned = true, accepted = true, ended = false;
	struct sock *now = NULL;
	int tries;

	cond_resched();
	for (tries = 0; owned && tries < LOCK_TRIES; tries++) {
		rcu_read_lock();
		spin_lock_bh(&sk->sk_lock.slock);
		owned = sock_owned_by_user_nocheck(sk);
		if (!owned)
			now = look_up(net, id, bound);
		if (now == sk && not_accepted(sk)) {
			accepted = false;
			ended = end_not_accepted(sk);
		}
		spin_unlock_bh(&sk->sk_lock.slock);
		rcu_read_unlock();
		if (owned) {
			lock_sock(sk);
			release_sock(sk);
		}
	}
	if (now)
		sock_gen_put(now);
	if (now == sk && accepted)
		ended = end_accepted(net, id, sk, bound); /* else it has been closed meanwhile */
	return ended;
}

/* Takes the reference. UNKNOWN: it became something else meanwhile. */
static enum ktcp_outcome end(struct net *net, const struct ktcp_connection_id *id, struct sock *sk)
{
	bool ended;

	switch (READ_ONCE(sk->sk_state)) {
	case TCP_TIME_WAIT:
		/* Its timer's reference goes with the timer, ours by this call. */
		local_bh_disable();
		inet_twsk_deschedule_put(inet_twsk(sk));
		local_bh_enable();
		return KTCP_OUTCOME_TIME_WAIT;
	case TCP_NEW_SYN_RECV:
		/* False: the last ACK of the handshake was faster. */
		local_bh_disable();
		ended = inet_csk_reqsk_queue_drop(inet_reqsk(sk)->rsk_listener, inet_reqsk(sk));
		sock_gen_put(sk);
		local_bh_enable();
		return ended ? KTCP_OUTCOME_REQUEST : KTCP_OUTCOME_UNKNOWN;
	default:
		ended = end_full(net, id, sk);
		sock_put(sk);
		return ended ? KTCP_OUTCOME_CONNECTION : KTCP_OUTCOME_UNKNOWN;
	}
}

enum ktcp_outcome ktcp_connection_end(struct net *net, const struct ktcp_connection_id *id)
{
	enum ktcp_outcome outcome = KTCP_OUTCOME_UNKNOWN;
	struct sock *sk;
	int tries;

	for (tries = 0; tries < TRIES && outcome == KTCP_OUTCOME_UNKNOWN; tries++) {
		sk = find(net, id);
		if (!sk)
			break;
		outcome = end(net, id, sk);
	}
	return outcome;
}
