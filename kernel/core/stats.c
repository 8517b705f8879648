// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Statistics as a read-only module parameter, one `name value` a line.

#include <linux/cpumask.h>
#include <linux/kernel.h>
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

static int ktcp_stats_get(char *text, const struct kernel_param *param)
{
	const struct ktcp_server *server = param->arg;
	struct ktcp_stats sum = {};
	int cpu, i, n;

	for_each_possible_cpu(cpu) {
		const struct ktcp_stats *stats = per_cpu_ptr(&ktcp_stats, cpu);

		for (i = 0; i < KTCP_STAT_COUNT; i++)
			sum.host[i] += stats->host[i];
		for (i = 0; i < KTCP_COUNTER_COUNT; i++)
			sum.engine[i] += stats->engine[i];
	}
	n = scnprintf(text, PAGE_SIZE, "open %d\n", atomic_read(&server->connection_count));
	for (i = 0; i < KTCP_STAT_COUNT; i++)
		n += scnprintf(text + n, PAGE_SIZE - n, "%s %llu\n", ktcp_stat_names[i],
			       sum.host[i]);
	for (i = 0; i < KTCP_COUNTER_COUNT; i++)
		n += scnprintf(text + n, PAGE_SIZE - n, "%s %llu\n", ktcp_counter_names[i],
			       sum.engine[i]);
	return n;
}

const struct kernel_param_ops ktcp_stats_param_ops = {
	.get = ktcp_stats_get,
};
