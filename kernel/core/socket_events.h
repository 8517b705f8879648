/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_SOCKET_EVENTS_H
#define KTCP_CORE_SOCKET_EVENTS_H

#include <linux/types.h>

struct ktcp_connection;

/* From here on the socket's events wake the connection ... */
void ktcp_socket_events_connect(struct ktcp_connection *connection);
/* ... until here: on return no callback is running, and none will be called. */
void ktcp_socket_events_disconnect(struct ktcp_connection *connection);

/* Has any of what @waiting (KTCP_WAIT_*) names happened, or the socket's end? */
bool ktcp_socket_events_pending(const struct ktcp_connection *connection, unsigned int waiting);

#endif
