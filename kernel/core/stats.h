/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a module counts, per CPU. It is never reset, and lives as long as the
 * module's memory: sysfs may ask before the server starts and after it stops.
 */
#ifndef KTCP_CORE_STATS_H
#define KTCP_CORE_STATS_H

#include <linux/moduleparam.h>
#include <linux/percpu.h>

#include <ktcp/os.h>

/* The host's own; users see these names. */
#define KTCP_STATS(X)	\
	X(accepted)	\
	X(refused)	\
	X(bytes_sent)	\
	/* model=inline: served in softirq; begun there, and left to the work item */ \
	X(inline)	\
	X(inline_left)

enum ktcp_stat {
#define KTCP_STAT_ENUM(name) KTCP_STAT_##name,
	KTCP_STATS(KTCP_STAT_ENUM)
#undef KTCP_STAT_ENUM
	KTCP_STAT_COUNT
};

enum ktcp_cache_counter {
#define KTCP_CACHE_COUNTER_ENUM(name) KTCP_COUNT_##name,
	KTCP_CACHE_COUNTERS(KTCP_CACHE_COUNTER_ENUM)
#undef KTCP_CACHE_COUNTER_ENUM
	KTCP_CACHE_COUNTER_COUNT
};

struct ktcp_stats {
	u64 host[KTCP_STAT_COUNT];
	u64 engine[KTCP_COUNTER_COUNT];
	u64 cache[KTCP_CACHE_COUNTER_COUNT];
};

DECLARE_PER_CPU(struct ktcp_stats, ktcp_stats);

static inline void ktcp_stats_add(enum ktcp_stat stat, u64 n)
{
	this_cpu_add(ktcp_stats.host[stat], n);
}

static inline void ktcp_stats_count(enum ktcp_counter counter)
{
	this_cpu_inc(ktcp_stats.engine[counter]);
}

static inline void ktcp_stats_count_cache(enum ktcp_cache_counter counter)
{
	this_cpu_inc(ktcp_stats.cache[counter]);
}

/* For module_param_cb(); its argument is the server. */
extern const struct kernel_param_ops ktcp_stats_param_ops;

#endif
