/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_DROP_CONNECTION_H
#define KTCP_DROP_CONNECTION_H

#include "drop_tcp_socket/outcome.h"

struct ktcp_connection_id;
struct net;

/*
 * Ends the TCP connection of @net that @id names, whatever its state, and says what
 * it was; KTCP_OUTCOME_UNKNOWN if there is none. Never touches a listener. Sleeps:
 * for as long as the socket's owner holds its lock.
 */
enum ktcp_outcome ktcp_connection_end(struct net *net, const struct ktcp_connection_id *id);

#endif
