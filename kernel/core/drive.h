/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Driving a session: doing what its verdicts say until it can do nothing more
 * without the peer, or has used up its budget.
 *
 * A session is driven by one context at a time: whoever cleared the connection's
 * `waiting`. It is cleared with the socket's lock held: by the context that belongs
 * to the connection (a work item or a thread) whenever that runs, and by the atomic
 * lane if it finds the session at rest. Only its driver lays a session to rest, by
 * setting `waiting` again.
 */
#ifndef KTCP_CORE_DRIVE_H
#define KTCP_CORE_DRIVE_H

struct ktcp_connection;

enum ktcp_driven {
	KTCP_DRIVE_RESTS,	/* until the model's wake() */
	KTCP_DRIVE_MORE,	/* to be driven again, when others had their turn */
	KTCP_DRIVE_ENDED,	/* the connection is no more */
};

/* Process context, no lock held, and never twice at a time for one connection. */
enum ktcp_driven ktcp_drive(struct ktcp_connection *connection);

/*
 * The same, but it waits for no file system, as the caller has others to serve. It does not let
 * go of the socket's lock, so no event comes between its last look and its rest: a run that has
 * set the timer ends in RESTS. That is what keeps who the timer wakes from driving beside it; a
 * quick step that let go of the lock would have to see to it in another way.
 */
enum ktcp_driven ktcp_drive_briefly(struct ktcp_connection *connection);

/*
 * With the socket's spinlock held, the socket owned by nobody, and softirqs disabled,
 * for a connection that waits: what needs no sleep and is little. TCP must not sleep
 * either (sk_allocation), nor use what belongs to the current task. RESTS, or MORE if
 * ktcp_drive() has to go on, never ENDED.
 */
enum ktcp_driven ktcp_drive_atomic(struct ktcp_connection *connection);

#endif
