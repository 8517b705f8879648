// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/string.h>

#include "cache/flight.h"
#include "core/connection.h"
#include "core/model.h"
#include "core/server.h"

void ktcp_flights_start(struct ktcp_flights *flights)
{
	unsigned int i;

	spin_lock_init(&flights->lock);
	flights->seed = get_random_u32();
	for (i = 0; i < KTCP_FLIGHT_CHAINS; i++)
		INIT_LIST_HEAD(&flights->chains[i]);
}

static struct list_head *ktcp_flights_chain(struct ktcp_flights *flights,
					    const struct ktcp_answer_key *key)
{
	u32 hash = jhash(key->path, key->size, flights->seed ^ key->root ^ key->rendering);

	return &flights->chains[hash % KTCP_FLIGHT_CHAINS];
}

/* Under the lock. */
static struct ktcp_flight *ktcp_flights_find(struct ktcp_flights *flights,
					     const struct ktcp_answer_key *key)
{
	struct ktcp_flight *flight;

	list_for_each_entry(flight, ktcp_flights_chain(flights, key), node)
		if (ktcp_answer_key_equal(&flight->key, key))
			return flight;
	return NULL;
}

bool ktcp_flights_await_still(struct ktcp_flights *flights, struct ktcp_connection *connection)
{
	bool awaiting;

	if (list_empty_careful(&connection->awaiting))
		return false;
	spin_lock(&flights->lock);
	awaiting = !list_empty(&connection->awaiting);
	spin_unlock(&flights->lock);
	return awaiting;
}

bool ktcp_flights_have(struct ktcp_flights *flights, const struct ktcp_answer_key *key)
{
	bool have;

	spin_lock(&flights->lock);
	have = ktcp_flights_find(flights, key);
	spin_unlock(&flights->lock);
	return have;
}

bool ktcp_flights_begin(struct ktcp_flights *flights, struct ktcp_flight *flight,
			struct ktcp_connection *connection)
{
	struct ktcp_flight *other;

	spin_lock(&flights->lock);
	other = ktcp_flights_find(flights, &flight->key);
	if (other)
		list_add_tail(&connection->awaiting, &other->waiters);
	else
		list_add(&flight->node, ktcp_flights_chain(flights, &flight->key));
	spin_unlock(&flights->lock);
	return !other;
}

/* Under the lock. Whoever is on the list cannot end without it; to take him off is the
 * last thing that is done with him. */
static void ktcp_flights_wake(struct ktcp_flight *flight)
{
	struct ktcp_connection *connection, *next;

	list_for_each_entry_safe(connection, next, &flight->waiters, awaiting) {
		connection->server->options.model->wake(connection);
		list_del_init_careful(&connection->awaiting);
	}
}

void ktcp_flights_tell(struct ktcp_flights *flights, struct ktcp_flight *flight)
{
	spin_lock(&flights->lock);
	ktcp_flights_wake(flight);
	spin_unlock(&flights->lock);
}

void ktcp_flights_end(struct ktcp_flights *flights, struct ktcp_flight *flight)
{
	spin_lock(&flights->lock);
	list_del_init(&flight->node);
	ktcp_flights_wake(flight);
	spin_unlock(&flights->lock);
}

void ktcp_flights_leave(struct ktcp_flights *flights, struct ktcp_connection *connection)
{
	if (list_empty_careful(&connection->awaiting))
		return;
	spin_lock(&flights->lock);
	list_del_init(&connection->awaiting);
	spin_unlock(&flights->lock);
}
