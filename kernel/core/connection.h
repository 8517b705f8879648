/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A connection: a socket, a session of the protocol, and the one work item that
 * drives the session (connection.c says how it ends).
 */
#ifndef KTCP_CORE_CONNECTION_H
#define KTCP_CORE_CONNECTION_H

#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <ktcp/protocol.h>

struct file;
struct ktcp_listing;
struct ktcp_server;
struct sock;
struct socket;

/* What came of a step that drives a session. */
enum ktcp_progress {
	KTCP_PROGRESS,	/* the session has a new verdict */
	KTCP_BLOCKED,	/* nothing to do until the socket says so */
	KTCP_FATAL,	/* the connection is lost, or memory for it */
};

/* What a resting connection waits for. */
#define KTCP_WAIT_RECEIVE 1u
#define KTCP_WAIT_SEND 2u
#define KTCP_WAIT_DEADLINE 4u	/* nothing of the socket's but its end */

/*
 * Allocated when accepted, freed by its own work item. "Work" below is that work
 * item: no other context touches the field.
 */
struct ktcp_connection {
	/* Queued by the socket's callbacks, the timer, the server's stop, and
	 * itself; runs on the CPU that queued it, never twice at a time. */
	struct work_struct work;
	/* KTCP_WAIT_*; 0 while the work item runs. Written by work, read by the
	 * callbacks: see ktcp_connection_rest(). */
	unsigned int waiting;

	/* Set when created, and then constant. */
	struct ktcp_server *server;
	struct socket *socket;
	struct sock *sk;
	void *session;
	void (*default_write_space)(struct sock *sk);
	void (*default_state_change)(struct sock *sk);

	/* Work. */
	enum ktcp_verdict verdict;	/* of the session's last step */
	bool ended;			/* the peer's FIN was reported */
	bool drained;			/* drain() was called */
	bool starved;			/* TCP had no memory; try again soon */
	struct ktcp_now now;
	struct file *file;		/* the current resource, or NULL */
	struct ktcp_listing *listing;	/* of that, if it is being listed */

	/* When the timer fires, or KTCP_NEVER; work and timer (deadline.c). */
	ktcp_time armed;
	struct timer_list timer;

	/* Member of server->connections, under its mutex. */
	struct list_head node;

	/* The session follows, at server->session_offset. */
};

int ktcp_connection_create(struct ktcp_server *server, struct socket *socket);

/* Has the work item run. Any context in which the connection cannot end. */
void ktcp_connection_wake(struct ktcp_connection *connection);

#endif
