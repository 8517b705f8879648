/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A flight is the making of one answer by one connection, the maker; others that want the
 * same wait for it, parked: no context of theirs waits, their model's wake() tells them.
 */
#ifndef KTCP_CACHE_FLIGHT_H
#define KTCP_CACHE_FLIGHT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "cache/answer.h"

struct ktcp_connection;

/* Part of its maker's fill (fill.h). */
struct ktcp_flight {
	struct list_head node;		/* in its chain; empty: it is in none */
	struct list_head waiters;	/* connections, by `awaiting` */
	struct ktcp_answer_key key;
};

#define KTCP_FLIGHT_CHAINS 64

/* All that are under way. The lock is taken for what has to be made, never for a hit. */
struct ktcp_flights {
	spinlock_t lock;		/* chains, waiters, and their connections' `awaiting` */
	u32 seed;
	struct list_head chains[KTCP_FLIGHT_CHAINS];
};

void ktcp_flights_start(struct ktcp_flights *flights);

/* Is the connection waiting for one? */
bool ktcp_flights_await_still(struct ktcp_flights *flights, struct ktcp_connection *connection);

/* Is one under way, under that key? */
bool ktcp_flights_have(struct ktcp_flights *flights, const struct ktcp_answer_key *key);

/*
 * Begins @flight, whose key is set; or false: there is one under its key, for which
 * @connection waits from here on.
 */
bool ktcp_flights_begin(struct ktcp_flights *flights, struct ktcp_flight *flight,
			struct ktcp_connection *connection);

/* There is something new for those who wait: they are woken. */
void ktcp_flights_tell(struct ktcp_flights *flights, struct ktcp_flight *flight);
/* It is over: the same, and nobody can wait for it any more. */
void ktcp_flights_end(struct ktcp_flights *flights, struct ktcp_flight *flight);

/* The connection waits no more. */
void ktcp_flights_leave(struct ktcp_flights *flights, struct ktcp_connection *connection);

#endif
