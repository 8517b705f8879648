/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CONNECTION_ID_H
#define KTCP_CONNECTION_ID_H

#include <linux/in6.h>

struct ktcp_socket_pair;
struct net;

/* What names one TCP connection of a namespace, seen from its local end. */
struct ktcp_connection_id {
	struct in6_addr local;  /* IPv4 as ::ffff:a.b.c.d; both of one family */
	struct in6_addr remote;
	u16 local_port;  /* in the host's byte order */
	u16 remote_port;
	int interface; /* that the socket is bound to; 0: any or none; < 0: there is no such */
};

/* Reads a pair without fault. What is wrong with it, in words, or NULL. */
const char *ktcp_connection_id_read(struct net *net, const struct ktcp_socket_pair *pair,
				    struct ktcp_connection_id *id);

#endif
