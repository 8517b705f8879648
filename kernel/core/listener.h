/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_LISTENER_H
#define KTCP_CORE_LISTENER_H

#include <linux/workqueue.h>

struct ktcp_server;
struct sock;
struct socket;

/*
 * The listening socket; part of its server. Written by start and stop only. The
 * socket's callback, in softirq, touches accept_work and nothing else.
 */
struct ktcp_listener {
	struct socket *socket;
	/* What sk_data_ready was before: for the listener and, since accepted
	 * sockets inherit ours, for them as well. */
	void (*default_data_ready)(struct sock *sk);
	struct work_struct accept_work;
	/* Queues accept_work again when there was no memory for a connection. */
	struct delayed_work retry_work;
	/* Set by stop: neither work queues anything any more. */
	bool stopping;
};

int ktcp_listener_start(struct ktcp_server *server);
void ktcp_listener_stop(struct ktcp_listener *listener);

#endif
