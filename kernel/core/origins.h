/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where connections come from, and how many at a time from each place: an IPv4
 * address, or the /64 that an IPv6 client has to itself (RFC 4291 section 2.5.4),
 * within which it can take as many addresses as it likes.
 */
#ifndef KTCP_CORE_ORIGINS_H
#define KTCP_CORE_ORIGINS_H

#include <linux/mutex.h>
#include <linux/rhashtable-types.h>

struct ktcp_origin;
struct sock;

/* Part of its server. */
struct ktcp_origins {
	unsigned int limit;	/* connections of one origin; 0: any number, none is counted */
	struct mutex lock;	/* the table, and the counts in it */
	struct rhashtable table;
};

int ktcp_origins_start(struct ktcp_origins *origins, unsigned int limit);
/* When no connection is left. */
void ktcp_origins_stop(struct ktcp_origins *origins);

/*
 * Counts a connection in, and says where: for ktcp_origins_leave(), once. NULL if none
 * is counted; an error pointer: -EUSERS if there are as many as there may be, -ENOMEM.
 * May sleep.
 */
struct ktcp_origin *ktcp_origins_enter(struct ktcp_origins *origins, const struct sock *sk);
void ktcp_origins_leave(struct ktcp_origins *origins, struct ktcp_origin *origin);

#endif
