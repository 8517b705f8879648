// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// khttpd.ko: a web server in the kernel.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <ktcp/http.h>

#include "core/server.h"
#include "core/stats.h"
#include "khttpd/hosts.h"
#include "khttpd/parameters.h"

static struct ktcp_server server;
module_param_cb(stats, &ktcp_stats_param_ops, &server, 0444);
MODULE_PARM_DESC(stats, "counters, to be read in sysfs");

static struct ktcp_http_config config;

static int __init khttpd_init(void)
{
	struct ktcp_server_options options = {
		.protocol = &ktcp_http_protocol,
		.config = &config,
	};
	int ret = khttpd_parameters_read(&options, &config);

	if (!ret)
		ret = ktcp_server_start(&server, &options);
	if (ret)
		khttpd_hosts_free();
	return ret;
}

static void __exit khttpd_exit(void)
{
	ktcp_server_stop(&server);
	khttpd_hosts_free();
}

module_init(khttpd_init);
module_exit(khttpd_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Web server in the kernel");
