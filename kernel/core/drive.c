// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/net.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "core/connection.h"
#include "core/deadline.h"
#include "core/directory.h"
#include "core/drive.h"
#include "core/files.h"
#include "core/receive.h"
#include "core/send.h"
#include "core/server.h"
#include "core/socket_events.h"
#include "core/stats.h"

/* Steps per call, of which the last may move as much as KTCP_SEND_BUDGET bytes. */
#define KTCP_DRIVE_BUDGET 16

/* The same in the atomic lane, where a step moves at most what lies in a session's
 * buffers: two rounds of receiving and sending, so a packet costs a bounded time. */
#define KTCP_ATOMIC_BUDGET 4

/* How soon to try again when TCP had no memory and owes us no event; twice as long
 * each time that it was in vain, up to 2^6 times: a crowd that takes nothing has the
 * machine's TCP memory, and its retries must not have the CPU as well. */
#define KTCP_STARVED_RETRY (50 * KTCP_MILLISECOND)
#define KTCP_STARVED_DOUBLINGS 6

/* What the session waits for, or 0 if it waits for nothing of the socket's. */
static unsigned int ktcp_drive_wants(const struct ktcp_connection *connection)
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
static enum ktcp_progress ktcp_drive_both(struct ktcp_connection *connection)
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
static enum ktcp_progress ktcp_drive_shutdown(struct ktcp_connection *connection)
{
	kernel_sock_shutdown(connection->socket, SHUT_WR);
	connection->verdict = KTCP_WANT_RECEIVE;
	return KTCP_PROGRESS;
}

/* What a session wants of the socket; in either lane, with the socket's lock held
 * unless a file's pages are to be sent. */
static enum ktcp_progress ktcp_drive_socket(struct ktcp_connection *connection)
{
	switch (connection->verdict) {
	case KTCP_WANT_RECEIVE:
		return ktcp_receive(connection);
	case KTCP_WANT_SEND:
		return ktcp_send(connection);
	default:
		return ktcp_drive_both(connection);
	}
}

/* Everything else, which may sleep: without the lock, so that acknowledgements are
 * taken in meanwhile. */
static enum ktcp_progress ktcp_drive_host(struct ktcp_connection *connection)
{
	switch (connection->verdict) {
	case KTCP_WANT_RESOURCE:
		ktcp_files_resolve(connection);
		break;
	case KTCP_WANT_ENTRIES:
		ktcp_directory_list(connection);
		break;
	case KTCP_SHUTDOWN:
		return ktcp_drive_shutdown(connection);
	default:	/* with a file: what is sent has to be read first */
		return ktcp_drive_socket(connection);
	}
	ktcp_connection_read_clock(connection);
	return KTCP_PROGRESS;
}

/* Does the next step need the socket, and nothing that may sleep? */
static bool ktcp_drive_on_socket(const struct ktcp_connection *connection)
{
	return ktcp_drive_wants(connection) && !connection->file;
}

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
	smp_mb();
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
	unsigned int waiting = ktcp_drive_wants(connection) | KTCP_WAIT_DEADLINE;
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
	} else if (!connection->drained && ktcp_drive_wants(connection)) {
		connection->drained = true;
		connection->verdict = connection->server->options.protocol->drain(
				connection->session, &connection->now);
	}
}

/* One step, under the lock or not. */
static enum ktcp_progress ktcp_drive_step(struct ktcp_connection *connection)
{
	bool on_socket = ktcp_drive_on_socket(connection);

	ktcp_drive_lock(connection, on_socket);
	return on_socket ? ktcp_drive_socket(connection) : ktcp_drive_host(connection);
}

static enum ktcp_driven ktcp_drive_some(struct ktcp_connection *connection)
{
	int budget;

	for (budget = KTCP_DRIVE_BUDGET; budget; budget--) {
		enum ktcp_progress progress;

		if (unlikely(READ_ONCE(connection->server->draining)))
			ktcp_drive_drain(connection);
		if (connection->verdict == KTCP_CLOSE || connection->verdict == KTCP_ABORT)
			return KTCP_DRIVE_ENDED;
		progress = ktcp_drive_step(connection);
		if (progress == KTCP_BLOCKED && ktcp_drive_rest(connection))
			return KTCP_DRIVE_RESTS;
		if (progress == KTCP_FATAL)
			connection->verdict = KTCP_ABORT;
		/* A small request behind a long response waits for one such step. */
		if (connection->long_step) {
			connection->long_step = false;
			break;
		}
	}
	return KTCP_DRIVE_MORE;
}

enum ktcp_driven ktcp_drive(struct ktcp_connection *connection)
{
	enum ktcp_driven driven;

	/* Waits for the atomic lane to be done with the session, if it is at it; so
	 * not by ktcp_drive_lock(), which looks at what belongs to the driver. */
	lock_sock(connection->sk);
	connection->locked = true;
	WRITE_ONCE(connection->waiting, 0);
	ktcp_connection_read_clock(connection);
	driven = ktcp_drive_some(connection);
	/* From here on the atomic lane may drive, if the session rests. */
	ktcp_drive_lock(connection, false);
	if (driven == KTCP_DRIVE_ENDED)
		ktcp_connection_end(connection);
	return driven;
}

enum ktcp_driven ktcp_drive_atomic(struct ktcp_connection *connection)
{
	enum ktcp_driven driven = KTCP_DRIVE_MORE;
	int budget;

	if (unlikely(READ_ONCE(connection->server->draining)))
		return KTCP_DRIVE_MORE;
	WRITE_ONCE(connection->waiting, 0);
	connection->locked = true;
	connection->atomic = true;
	ktcp_connection_read_clock(connection);

	for (budget = KTCP_ATOMIC_BUDGET; budget && ktcp_drive_on_socket(connection); budget--) {
		enum ktcp_progress progress = ktcp_drive_socket(connection);

		if (progress == KTCP_BLOCKED && ktcp_drive_rest(connection)) {
			driven = KTCP_DRIVE_RESTS;
			break;
		}
		if (progress == KTCP_FATAL) {
			connection->verdict = KTCP_ABORT;
			break;
		}
	}
	connection->locked = false;
	connection->atomic = false;
	ktcp_stats_add(driven == KTCP_DRIVE_RESTS ? KTCP_STAT_inline : KTCP_STAT_inline_left, 1);
	return driven;
}
