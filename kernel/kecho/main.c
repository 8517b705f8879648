// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// kecho.ko: an echo server in the kernel.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <ktcp/echo.h>

#include "core/parameters.h"
#include "core/server.h"
#include "core/stats.h"

static unsigned short port = 12345;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port to listen on (default 12345)");

static unsigned short backlog = 128;
module_param(backlog, ushort, 0444);
MODULE_PARM_DESC(backlog, "connections that may wait to be accepted (default 128)");

static char *model = "inline";
module_param(model, charp, 0444);
MODULE_PARM_DESC(model, "what serves a connection: inline (default), event, cmwq or kthread");

static bool bench;
module_param(bench, bool, 0444);
MODULE_PARM_DESC(bench, "0: an unbound work queue (default); 1: one per CPU");

/* Of the limits of all servers (ktcp/host.h), those that an echo server has: it lists
 * nothing, so there is nothing to sort. */
#define KECHO_HAS_max_connections(...) __VA_ARGS__
#define KECHO_HAS_max_per_address(...) __VA_ARGS__
#define KECHO_HAS_drain_timeout(...) __VA_ARGS__
#define KECHO_HAS_sort_memory(...)

#define KECHO_PARAMETER(name, ...) KECHO_HAS_##name(KTCP_PARAMETER(name, __VA_ARGS__))
#define KECHO_RANGE(name, ...) KECHO_HAS_##name(KTCP_PARAMETER_RANGE(name, __VA_ARGS__))
#define KECHO_OPTION(name, ...) KECHO_HAS_##name(.name = name,)

KTCP_HOST_LIMITS(KECHO_PARAMETER)

static struct ktcp_server server;
module_param_cb(stats, &ktcp_stats_param_ops, &server, 0444);
MODULE_PARM_DESC(stats, "counters, to be read in sysfs");

static int __init kecho_init(void)
{
	const struct ktcp_server_options options = {
		.protocol = &ktcp_echo_protocol,
		.model = ktcp_model_find(model),
		.bound = bench,
		.port = port,
		.backlog = backlog,
		KTCP_HOST_LIMITS(KECHO_OPTION)
	};
	static const struct ktcp_parameter_range ranges[] = {
		KTCP_HOST_LIMITS(KECHO_RANGE)
	};
	int ret = options.model ? 0 : -EINVAL;

	if (!ret)
		ret = ktcp_parameter_range("port", port, 1, USHRT_MAX);
	if (!ret)
		ret = ktcp_parameter_range("backlog", backlog, 1, USHRT_MAX);
	if (!ret)
		ret = ktcp_parameter_ranges(ranges, ARRAY_SIZE(ranges));
	if (!ret)
		ret = ktcp_server_start(&server, &options);
	return ret;
}

static void __exit kecho_exit(void)
{
	ktcp_server_stop(&server);
}

module_init(kecho_init);
module_exit(kecho_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("TCP echo server in the kernel");
