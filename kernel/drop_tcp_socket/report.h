/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_REPORT_H
#define KTCP_REPORT_H

#include <linux/kref.h>
#include <linux/mutex.h>

#include "drop_tcp_socket/outcome.h"

struct ktcp_socket_pair;
struct seq_file;

/*
 * What became of one writer's pairs: how many of each outcome, and a line for each
 * that failed, as far as they fit. Shared by the open file that it is about and by
 * the namespace, which keeps the last one; freed with the last reference.
 */
struct ktcp_report {
	struct kref references;
	struct mutex lock; /* of all below */
	u64 counts[KTCP_OUTCOME_COUNT];
	u64 left_out; /* lines that did not fit */
	size_t size;  /* of text, in bytes */
	char text[7936];
};

/* With one reference, or NULL: no memory. */
struct ktcp_report *ktcp_report_create(void);
struct ktcp_report *ktcp_report_get(struct ktcp_report *report);
/* NULL does nothing. */
void ktcp_report_put(struct ktcp_report *report);

/* Counts a pair; @fault says in words why it failed, NULL: it did not. Sleeps. */
void ktcp_report_add(struct ktcp_report *report, const struct ktcp_socket_pair *pair,
		     enum ktcp_outcome outcome, const char *fault);

/* Prints the counts, beside @totals, and the lines. */
void ktcp_report_show(struct ktcp_report *report, const atomic64_t *totals, struct seq_file *seq);

#endif
