// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A table of the origins that have a connection now: an entry appears with the first
// and goes with the last. Everything happens under one mutex, twice in a connection's
// life, so that a count that falls to 0 and a new connection cannot miss each other;
// the table's own growing is done beside it, by the kernel. Its hash is keyed with a
// random number: nobody can choose addresses that share a chain.

#include <linux/err.h>
#include <linux/in6.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "core/origins.h"

/* An IPv4 address as IPv6 maps it (RFC 4291 section 2.5.5.2), or a /64 with zeros behind. */
struct ktcp_origin {
	struct rhash_head node;
	struct in6_addr address;
	unsigned int count;	/* never 0 in the table; under its mutex */
};

static const struct rhashtable_params ktcp_origin_params = {
	.key_len = sizeof_field(struct ktcp_origin, address),
	.key_offset = offsetof(struct ktcp_origin, address),
	.head_offset = offsetof(struct ktcp_origin, node),
	.automatic_shrinking = true,
};

int ktcp_origins_start(struct ktcp_origins *origins, unsigned int limit)
{
	origins->limit = limit;
	mutex_init(&origins->lock);
	return limit ? rhashtable_init(&origins->table, &ktcp_origin_params) : 0;
}

void ktcp_origins_stop(struct ktcp_origins *origins)
{
	if (origins->limit)
		rhashtable_destroy(&origins->table);
}

static struct in6_addr ktcp_origin_address(const struct sock *sk)
{
	struct in6_addr address;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		if (ipv6_addr_v4mapped(&sk->sk_v6_daddr))
			return sk->sk_v6_daddr;
		ipv6_addr_prefix(&address, &sk->sk_v6_daddr, 64);
		return address;
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_daddr, &address);
	return address;
}

/* The entry for @address, which is made if there is none. Under the mutex. */
static struct ktcp_origin *ktcp_origins_find(struct ktcp_origins *origins,
					     const struct in6_addr *address)
{
	struct ktcp_origin *origin;
	int ret;

	origin = rhashtable_lookup_fast(&origins->table, address, ktcp_origin_params);
	if (origin)
		return origin;
	origin = kzalloc(sizeof(*origin), GFP_KERNEL | __GFP_NOWARN);
	if (!origin)
		return ERR_PTR(-ENOMEM);
	origin->address = *address;
	ret = rhashtable_insert_fast(&origins->table, &origin->node, ktcp_origin_params);
	if (ret) {
		kfree(origin);
		return ERR_PTR(-ENOMEM);
	}
	return origin;
}

struct ktcp_origin *ktcp_origins_enter(struct ktcp_origins *origins, const struct sock *sk)
{
	struct ktcp_origin *origin;
	struct in6_addr address;

	if (!origins->limit)
		return NULL;
	address = ktcp_origin_address(sk);
	mutex_lock(&origins->lock);
	origin = ktcp_origins_find(origins, &address);
	if (!IS_ERR(origin)) {
		if (origin->count < origins->limit)
			origin->count++;
		else
			origin = ERR_PTR(-EUSERS);
	}
	mutex_unlock(&origins->lock);
	return origin;
}

/* Nobody but us looks entries up, and not without the mutex, so that one that has been
 * taken off can be freed at once. */
void ktcp_origins_leave(struct ktcp_origins *origins, struct ktcp_origin *origin)
{
	if (!origin)
		return;
	mutex_lock(&origins->lock);
	if (!--origin->count) {
		rhashtable_remove_fast(&origins->table, &origin->node, ktcp_origin_params);
		kfree(origin);
	}
	mutex_unlock(&origins->lock);
}
