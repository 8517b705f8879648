// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Statistics as a read-only module parameter, one `name value` a line.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sysfs.h>

#include "core/server.h"
#include "core/stats.h"

DEFINE_PER_CPU(struct ktcp_stats, ktcp_stats);

static const char *const ktcp_stat_names[] = {
#define KTCP_STAT_NAME(name) #name,
	KTCP_STATS(KTCP_STAT_NAME)
};

static const char *const ktcp_counter_names[] = {
	KTCP_COUNTERS(KTCP_STAT_NAME)
};

static const char *const ktcp_cache_counter_names[] = {
	KTCP_CACHE_COUNTERS(KTCP_STAT_NAME)
};

static int ktcp_stats_list(char *text, int n, const char *const *names, const u64 *values,
			   int count)
{
	int i;

	for (i = 0; i < count; i++)
		n += scnprintf(text + n, PAGE_SIZE - n, "%s %llu\n", names[i], values[i]);
	return n;
}

static int ktcp_stats_get(char *text, const struct kernel_param *param)
{
	const struct ktcp_server *server = param->arg;
	const struct ktcp_protocol *protocol = server->options.protocol;
	struct ktcp_stats sum = {};
	int cpu, i, n;

	for_each_possible_cpu(cpu) {
		const struct ktcp_stats *stats = per_cpu_ptr(&ktcp_stats, cpu);

		for (i = 0; i < KTCP_STAT_COUNT; i++)
			sum.host[i] += stats->host[i];
		for (i = 0; i < KTCP_COUNTER_COUNT; i++)
			sum.engine[i] += stats->engine[i];
		for (i = 0; i < KTCP_CACHE_COUNTER_COUNT; i++)
			sum.cache[i] += stats->cache[i];
	}
	n = scnprintf(text, PAGE_SIZE, "open %d\n", atomic_read(&server->connection_count));
	n = ktcp_stats_list(text, n, ktcp_stat_names, sum.host, KTCP_STAT_COUNT);
	n = ktcp_stats_list(text, n, ktcp_counter_names, sum.engine, KTCP_COUNTER_COUNT);
	if (protocol && protocol->resource_request) {
		n = ktcp_stats_list(text, n, ktcp_cache_counter_names, sum.cache,
				    KTCP_CACHE_COUNTER_COUNT);
		n += scnprintf(text + n, PAGE_SIZE - n, "cache_bytes %llu\ncache_answers %d\n",
			       ktcp_budget_used(&server->budget),
			       atomic_read(&server->budget.answers));
	}
	return n;
}

/* Permissions are for sysfs: what insmod is given is set in any case. */
static int ktcp_stats_set(const char *text, const struct kernel_param *param)
{
	pr_err("%s= can only be read, in /sys/module/%s/parameters/%s, while the module is loaded\n",
	       param->name, KBUILD_MODNAME, param->name);
	return -EINVAL;
}

const struct kernel_param_ops ktcp_stats_param_ops = {
	.set = ktcp_stats_set,
	.get = ktcp_stats_get,
};
