// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/tcp.h>
#include <net/sock.h>

#include "core/connection.h"
#include "core/coverage.h"
#include "core/deadline.h"
#include "core/drive.h"
#include "core/send.h"
#include "core/server.h"
#include "core/socket_events.h"
#include "core/stats.h"
#include "core/step.h"

/* Steps per call, and bytes after which a call is the last: a small request behind a
 * long response waits for about so much. */
#define KTCP_DRIVE_STEPS 16
#define KTCP_DRIVE_BYTES KTCP_SEND_STEP

/* The same in the atomic lane: some requests that came in one packet, so that a packet
 * costs a bounded time, and a flood of them cannot hold the CPU's softirq. */
#define KTCP_ATOMIC_STEPS 16
#define KTCP_ATOMIC_BYTES KTCP_SEND_ATOMIC

/* How soon to try again when TCP had no memory and owes us no event; twice as long
 * each time that it was in vain, up to 2^6 times: a crowd that takes nothing has the
 * machine's TCP memory, and its retries must not have the CPU as well. */
#define KTCP_STARVED_RETRY (50 * KTCP_MILLISECOND)
#define KTCP_STARVED_DOUBLINGS 6

/* The driver takes or gives back the socket's lock, if it has not done so. */
static void ktcp_drive_lock(struct ktcp_connection *connection, bool locked)
{
	struct sock *sk = connection->sk;

	if (connection->locked == locked)
		return;
	if (locked)
		lock_sock(sk);
	connection->locked = locked;
	if (!locked)
		release_sock(sk);
}

/*
 * Sets `waiting`, unless one of @events has happened already.
 *
 * No wake-up is lost: `waiting` is set before the socket is looked at, and a
 * callback looks at `waiting` after its event is visible in the socket, with a full
 * barrier between in both. So one of the two sees the other; if both do, there is
 * one run too many, which finds nothing. (The spinlock alone would not do: when
 * somebody owns the socket, callbacks are called without it.)
 */
static bool ktcp_drive_await(struct ktcp_connection *connection, unsigned int waiting,
			     unsigned int events)
{
	WRITE_ONCE(connection->waiting, waiting);
	smp_mb(); /* with whoever sees `waiting` after an event: see above */
	if (likely(!ktcp_socket_events_pending(connection, events)))
		return true;
	WRITE_ONCE(connection->waiting, 0);
	return false;
}

/*
 * The session can do nothing now. True if it may rest until an event: the
 * deadline is armed, and the callbacks have leave to wake the connection.
 */
static bool ktcp_drive_rest(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	unsigned int waiting = ktcp_step_wants(connection) | KTCP_WAIT_DEADLINE;
	unsigned int events = waiting;
	ktcp_time deadline = protocol->deadline(connection->session);

	if (deadline <= connection->now.monotonic) {
		connection->verdict = protocol->expired(
			connection->session, tcp_sk(connection->sk)->bytes_acked, &connection->now);
		return false;
	}
	if (unlikely(connection->starved)) {
		connection->starved = false;
		if (connection->starvations < KTCP_STARVED_DOUBLINGS)
			connection->starvations++;
		events &= ~KTCP_WAIT_SEND;	/* the buffer has room, and it is of no use */
		deadline = min(deadline, connection->now.monotonic +
					 (KTCP_STARVED_RETRY << (connection->starvations - 1)));
	}
	ktcp_deadline_arm(connection, deadline);

	if (connection->atomic) {
		/* Nothing can have happened: it would have needed the lock. */
		WRITE_ONCE(connection->waiting, waiting);
		return true;
	}
	/* With the lock held, so that the atomic lane does not drive between the two
	 * writes of ktcp_drive_await(). */
	ktcp_drive_lock(connection, true);
	return ktcp_drive_await(connection, waiting, events);
}

/* The server goes away: let the session finish what it has begun, once. */
static void ktcp_drive_drain(struct ktcp_connection *connection)
{
	if (READ_ONCE(connection->server->aborting)) {
		connection->verdict = KTCP_ABORT;
	} else if (!connection->drained && ktcp_step_wants(connection)) {
		connection->drained = true;
		connection->verdict = connection->server->options.protocol->drain(
				connection->session, &connection->now);
	}
}

/* What belongs to one run of the driver. */
static void ktcp_drive_begin(struct ktcp_connection *connection)
{
	WRITE_ONCE(connection->waiting, 0);
	connection->locked = true;
	connection->long_step = false;
	connection->moved = 0;
	ktcp_connection_read_clock(connection);
}

/* One step, if it needs no sleep; false: it was not made. */
static bool ktcp_drive_quickly(struct ktcp_connection *connection, enum ktcp_progress *progress)
{
	if (ktcp_step_is_on_socket(connection)) {
		ktcp_drive_lock(connection, true);
		*progress = ktcp_step_on_socket(connection);
		return true;
	}
	*progress = KTCP_PROGRESS;
	return ktcp_step_from_memory(connection);
}

static enum ktcp_progress ktcp_drive_slowly(struct ktcp_connection *connection)
{
	ktcp_drive_lock(connection, false);
	return ktcp_step_in_task(connection);
}

/* @briefly: quick steps only. */
static enum ktcp_driven ktcp_drive_some(struct ktcp_connection *connection, bool briefly)
{
	int budget;

	for (budget = KTCP_DRIVE_STEPS; budget; budget--) {
		enum ktcp_progress progress;

		if (unlikely(READ_ONCE(connection->server->draining)))
			ktcp_drive_drain(connection);
		if (connection->verdict == KTCP_CLOSE || connection->verdict == KTCP_ABORT)
			return KTCP_DRIVE_ENDED;
		if (!ktcp_drive_quickly(connection, &progress)) {
			if (briefly)
				break;
			progress = ktcp_drive_slowly(connection);
		}
		if (progress == KTCP_BLOCKED && ktcp_drive_rest(connection))
			return KTCP_DRIVE_RESTS;
		if (progress == KTCP_FATAL)
			connection->verdict = KTCP_ABORT;
		if (connection->long_step || connection->moved >= KTCP_DRIVE_BYTES)
			break;
	}
	return KTCP_DRIVE_MORE;
}

static enum ktcp_driven ktcp_drive_in_task(struct ktcp_connection *connection, bool briefly)
{
	enum ktcp_driven driven;

	ktcp_coverage_begin();
	/* Waits for the atomic lane to be done with the session, if it is at it; so
	 * not by ktcp_drive_lock(), which looks at what belongs to the driver. */
	lock_sock(connection->sk);
	ktcp_drive_begin(connection);
	driven = ktcp_drive_some(connection, briefly);
	if (driven == KTCP_DRIVE_ENDED && connection->verdict == KTCP_CLOSE) {
		ktcp_drive_lock(connection, true);
		ktcp_send_fin(connection);
	}
	/* From here on the atomic lane may drive, if the session rests. */
	ktcp_drive_lock(connection, false);
	if (driven == KTCP_DRIVE_ENDED)
		ktcp_connection_end(connection);
	ktcp_coverage_end();
	return driven;
}

enum ktcp_driven ktcp_drive(struct ktcp_connection *connection)
{
	return ktcp_drive_in_task(connection, false);
}

enum ktcp_driven ktcp_drive_briefly(struct ktcp_connection *connection)
{
	return ktcp_drive_in_task(connection, true);
}

enum ktcp_driven ktcp_drive_atomic(struct ktcp_connection *connection)
{
	enum ktcp_driven driven = KTCP_DRIVE_MORE;
	enum ktcp_progress progress;
	int budget = KTCP_ATOMIC_STEPS;
	bool served = false;

	if (unlikely(READ_ONCE(connection->server->draining)))
		return KTCP_DRIVE_MORE;
	ktcp_coverage_begin();
	connection->atomic = true;
	ktcp_drive_begin(connection);
	while (ktcp_drive_quickly(connection, &progress)) {
		if (progress == KTCP_BLOCKED && ktcp_drive_rest(connection)) {
			driven = KTCP_DRIVE_RESTS;
			served = true;
			break;
		}
		if (progress == KTCP_FATAL)
			connection->verdict = KTCP_ABORT;
		if (progress == KTCP_DECLINED || connection->moved >= KTCP_ATOMIC_BYTES || !--budget)
			break;
	}
	/* The last bytes wait for the FIN; all else that the end takes is for a task. */
	if (connection->verdict == KTCP_CLOSE) {
		ktcp_send_fin(connection);
		served = true;
	}
	connection->locked = false;
	connection->atomic = false;
	ktcp_stats_add(served ? KTCP_STAT_inline : KTCP_STAT_inline_left, 1);
	ktcp_coverage_end();
	return driven;
}
