/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_NAMESPACE_H
#define KTCP_NAMESPACE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>

#include "drop_tcp_socket/outcome.h"

struct ktcp_report;
struct net;

/* What a network namespace keeps: lives as long as that, or until the module goes. */
struct ktcp_namespace {
	spinlock_t lock;          /* of last */
	struct ktcp_report *last; /* of who began to write last; never NULL */
	atomic64_t totals[KTCP_OUTCOME_COUNT];
};

/* Of every namespace, now and in future; creates and removes the file in each. */
int ktcp_namespaces_register(void);
void ktcp_namespaces_unregister(void);

struct ktcp_namespace *ktcp_namespace_of(struct net *net);

/* The last writer's report, with a reference. */
struct ktcp_report *ktcp_namespace_last(struct ktcp_namespace *ns);
/* Makes @report the last one; takes a reference of its own. */
void ktcp_namespace_set_last(struct ktcp_namespace *ns, struct ktcp_report *report);

#endif
