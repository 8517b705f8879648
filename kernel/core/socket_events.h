/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_SOCKET_EVENTS_H
#define KTCP_CORE_SOCKET_EVENTS_H

#include <linux/types.h>

struct ktcp_connection;
struct sock;

/* From here on the socket's events wake the connection ... */
void ktcp_socket_events_connect(struct ktcp_connection *connection);
/* ... until here: on return no callback is running, and none will be called. */
void ktcp_socket_events_disconnect(struct ktcp_connection *connection);

/*
 * sk_data_ready of the models that only wake. TCP calls the callbacks in softirq with
 * the socket's spinlock held, or in process context by whoever owns the socket.
 */
void ktcp_socket_data_ready(struct sock *sk);
/* From a callback: the connection, if it waits for one of @events, else NULL. */
struct ktcp_connection *ktcp_socket_awaited(struct sock *sk, unsigned int events);

/* Has any of what @waiting (KTCP_WAIT_*) names happened, or the socket's end? */
bool ktcp_socket_events_pending(const struct ktcp_connection *connection, unsigned int waiting);

#endif
