/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A connection: a socket, a session of the protocol, and what drives the session
 * (drive.h); connection.c says how it ends.
 */
#ifndef KTCP_CORE_CONNECTION_H
#define KTCP_CORE_CONNECTION_H

#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include <ktcp/protocol.h>

struct file;
struct ktcp_answer;
struct ktcp_content;
struct ktcp_fill;
struct ktcp_listing;
struct ktcp_origin;
struct ktcp_roots;
struct ktcp_server;
struct path;
struct socket;
struct task_struct;

/* What came of a step that drives a session. */
enum ktcp_progress {
	KTCP_PROGRESS,	/* the session has a new verdict */
	KTCP_BLOCKED,	/* nothing to do until the socket says so */
	KTCP_FATAL,	/* the connection is lost, or memory for it */
	KTCP_DECLINED,	/* nothing was done: it is too much for the atomic lane */
};

/* What a resting connection waits for. */
#define KTCP_WAIT_RECEIVE 1u
#define KTCP_WAIT_SEND 2u
#define KTCP_WAIT_DEADLINE 4u	/* nothing of the socket's but its end */

/*
 * Allocated when accepted, freed by ktcp_connection_end(). "The driver" below is
 * whoever drives the session at the moment, one at a time (drive.h): no other
 * context touches the field.
 */
struct ktcp_connection {
	/* The server's model's (models/): a work item; or a context that sleeps on
	 * `wait` until `woken`, and may be a thread of one's own. */
	struct work_struct work;
	struct wait_queue_head wait;
	struct task_struct *thread;
	bool woken;

	/* The driver holds the socket's lock; must not sleep, as it is the spinlock. */
	bool locked;
	bool atomic;

	/* KTCP_WAIT_*; 0 while the session is driven: see drive.h. */
	unsigned int waiting;

	/* Set when created, and then constant. */
	struct ktcp_server *server;
	struct ktcp_roots *roots;	/* the server's, at that time */
	struct ktcp_origin *origin;	/* that it is counted under, or NULL */
	struct socket *socket;
	struct sock *sk;
	void *session;
	void (*default_write_space)(struct sock *sk);
	void (*default_state_change)(struct sock *sk);

	/* The driver. */
	enum ktcp_verdict verdict;	/* of the session's last step */
	bool ended;			/* the peer's FIN was reported */
	bool drained;			/* drain() was called */
	bool long_step;			/* others should have their turn now */
	bool starved;			/* TCP had no memory; try again soon */
	u8 starvations;			/* in a row, nothing sent between them */
	unsigned int moved;		/* bytes that TCP took in this run */
	struct ktcp_now now;
	/* The current resource, or NULL: an answer that is kept (cache.h), whose are then
	 * the bytes, or the file if those are not kept; or a file of our own. */
	struct ktcp_answer *answer;
	const struct ktcp_content *content;
	struct file *file;
	const struct path *root;	/* of the file */
	struct ktcp_listing *listing;	/* of that, if it is being listed */
	struct list_head awaiting;	/* member of what is being made, or empty (flight.h) */
	struct ktcp_fill *fill;		/* that it makes itself (fill.h), or NULL */
	bool alone;			/* what it wants now it makes by itself (cache.c) */

	/* When the timer fires, or KTCP_NEVER; driver and timer (deadline.c). */
	ktcp_time armed;
	struct timer_list timer;

	/* Member of server->connections, under its mutex. */
	struct list_head node;

	/* The session follows, at server->session_offset. */
};

/*
 * Takes over an accepted socket, unless it fails; -EUSERS says that there are as
 * many connections as there may be, in all or from there. From the accept work.
 */
int ktcp_connection_create(struct ktcp_server *server, struct socket *socket);

/* The end, and the last thing that the driver does. Process context. */
void ktcp_connection_end(struct ktcp_connection *connection);

/* The driver's steps use the socket under its lock, which it may hold already. */
static inline void ktcp_connection_lock(struct ktcp_connection *connection)
{
	if (!connection->locked)
		lock_sock(connection->sk);
}

static inline void ktcp_connection_unlock(struct ktcp_connection *connection)
{
	if (!connection->locked)
		release_sock(connection->sk);
}

void ktcp_connection_read_clock(struct ktcp_connection *connection);

#endif
