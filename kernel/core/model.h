/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A server model: which context drives a connection, and what wakes it. One file
 * per model in models/; everything else, the protocols above all, is the same
 * under all of them.
 *
 * What each does is ktcp_drive() (drive.h): as much as can be done without
 * waiting for the peer. They differ in who calls it, and in what happens between
 * two calls: an event-driven model returns, a blocking one sleeps.
 */
#ifndef KTCP_CORE_MODEL_H
#define KTCP_CORE_MODEL_H

struct ktcp_connection;
struct ktcp_server;
struct sock;

struct ktcp_model {
	const char *name;

	/* Once per server; 0 or a negative errno. May sleep. close() is called
	 * when no connection is left, and returns when none of the contexts that
	 * drove them is still in this module's text. */
	int (*open)(struct ktcp_server *server);
	void (*close)(struct ktcp_server *server);

	/* Once per connection, from the accept work: gets what start() and wake()
	 * need, or fails with a negative errno, before anybody knows of the
	 * connection. */
	int (*prepare)(struct ktcp_connection *connection);
	/* Has the connection driven for the first time. */
	void (*start)(struct ktcp_connection *connection);

	/* Has it driven again, soon. Any context in which it cannot end. */
	void (*wake)(struct ktcp_connection *connection);
	/* Its sk_data_ready (socket_events.h gives the context). */
	void (*data_ready)(struct sock *sk);
};

extern const struct ktcp_model ktcp_model_inline;
extern const struct ktcp_model ktcp_model_event;
extern const struct ktcp_model ktcp_model_cmwq;
extern const struct ktcp_model ktcp_model_kthread;

/* The model of that name; NULL, and a line in the log that names them all. */
const struct ktcp_model *ktcp_model_find(const char *name);

#endif
