// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// khttpd.ko: a web server in the kernel.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <ktcp/http.h>

#include "core/parameters.h"
#include "core/server.h"
#include "core/stats.h"

static unsigned short port = 8081;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port to listen on (default 8081)");

static unsigned short backlog = 100;
module_param(backlog, ushort, 0444);
MODULE_PARM_DESC(backlog, "connections that may wait to be accepted (default 100)");

/* One parameter; people know it by four names. */
static char *WWWROOT, *root, *wwwroot, *root_dir;
module_param(WWWROOT, charp, 0444);
MODULE_PARM_DESC(WWWROOT, "directory to serve; without one, GET is answered by Hello World!");
module_param(root, charp, 0444);
MODULE_PARM_DESC(root, "the same as WWWROOT");
module_param(wwwroot, charp, 0444);
MODULE_PARM_DESC(wwwroot, "the same as WWWROOT");
module_param(root_dir, charp, 0444);
MODULE_PARM_DESC(root_dir, "the same as WWWROOT");

static unsigned int max_connections = KTCP_MAX_CONNECTIONS_DEFAULT;
module_param(max_connections, uint, 0444);
MODULE_PARM_DESC(max_connections, "connections served at a time (default 65536)");

static unsigned int head_timeout = KTCP_HTTP_HEAD_TIMEOUT_DEFAULT;
module_param(head_timeout, uint, 0444);
MODULE_PARM_DESC(head_timeout, "ms for a request head to arrive (default 10000)");

static unsigned int idle_timeout = KTCP_HTTP_IDLE_TIMEOUT_DEFAULT;
module_param(idle_timeout, uint, 0444);
MODULE_PARM_DESC(idle_timeout, "ms that a client may be silent between requests (default 60000)");

static unsigned int send_timeout = KTCP_HTTP_SEND_TIMEOUT_DEFAULT;
module_param(send_timeout, uint, 0444);
MODULE_PARM_DESC(send_timeout, "ms for a client to take some of a response (default 30000)");

static unsigned int linger_timeout = KTCP_HTTP_LINGER_TIMEOUT_DEFAULT;
module_param(linger_timeout, uint, 0444);
MODULE_PARM_DESC(linger_timeout, "ms to wait for a client that still sends after the last response (default 2000)");

static unsigned int drain_timeout = KTCP_DRAIN_TIMEOUT_DEFAULT;
module_param(drain_timeout, uint, 0444);
MODULE_PARM_DESC(drain_timeout, "ms for responses to be finished when unloading (default 5000)");

static unsigned int head_size = KTCP_HTTP_HEAD_SIZE_DEFAULT;
module_param(head_size, uint, 0444);
MODULE_PARM_DESC(head_size, "bytes of the largest request head (default 8192)");

static unsigned int body_size = KTCP_HTTP_BODY_SIZE_DEFAULT;
module_param(body_size, uint, 0444);
MODULE_PARM_DESC(body_size, "bytes of the largest request body that is read and discarded (default 65536)");

static char *model = "event";
module_param(model, charp, 0444);
MODULE_PARM_DESC(model, "what serves a connection: inline, event (default), cmwq or kthread");

static bool bench = true;
module_param(bench, bool, 0444);
MODULE_PARM_DESC(bench, "0: an unbound work queue; 1: one per CPU (default)");

static struct ktcp_server server;
module_param_cb(stats, &ktcp_stats_param_ops, &server, 0444);
MODULE_PARM_DESC(stats, "counters, to be read in sysfs");

static struct ktcp_http_config config;

static int __init khttpd_check(const char **directory)
{
	const struct {
		const char *name;
		unsigned int value, min, max;
	} ranges[] = {
		{ "port", port, 1, USHRT_MAX },
		{ "backlog", backlog, 1, USHRT_MAX },
		{ "max_connections", max_connections, 1, 1000000 },
		{ "head_timeout", head_timeout, 1, KTCP_HTTP_TIMEOUT_MAX },
		{ "idle_timeout", idle_timeout, 1, KTCP_HTTP_TIMEOUT_MAX },
		{ "send_timeout", send_timeout, 1, KTCP_HTTP_TIMEOUT_MAX },
		{ "linger_timeout", linger_timeout, 1, KTCP_HTTP_TIMEOUT_MAX },
		{ "drain_timeout", drain_timeout, 0, KTCP_HTTP_TIMEOUT_MAX },
		{ "head_size", head_size, KTCP_HTTP_HEAD_SIZE_MIN, KTCP_BUFFER_SIZE },
		{ "body_size", body_size, 0, 1u << 30 },
	};
	const struct ktcp_parameter_alias aliases[] = {
		{ "WWWROOT", WWWROOT },
		{ "root", root },
		{ "wwwroot", wwwroot },
		{ "root_dir", root_dir },
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		ret = ktcp_parameter_range(ranges[i].name, ranges[i].value, ranges[i].min,
					   ranges[i].max);
		if (ret)
			return ret;
	}
	return ktcp_parameter_aliases(aliases, ARRAY_SIZE(aliases), directory);
}

static int __init khttpd_init(void)
{
	struct ktcp_server_options options = {
		.protocol = &ktcp_http_protocol,
		.config = &config,
		.model = ktcp_model_find(model),
		.bound = bench,
		.port = port,
		.backlog = backlog,
		.max_connections = max_connections,
		.drain_timeout = drain_timeout,
	};
	int ret;

	if (!options.model)
		return -EINVAL;
	ret = khttpd_check(&options.root);
	if (ret)
		return ret;
	config = (struct ktcp_http_config){
		.has_root = options.root,
		.head_timeout = head_timeout,
		.idle_timeout = idle_timeout,
		.send_timeout = send_timeout,
		.linger_timeout = linger_timeout,
		.head_size = head_size,
		.body_size = body_size,
	};
	return ktcp_server_start(&server, &options);
}

static void __exit khttpd_exit(void)
{
	ktcp_server_stop(&server);
}

module_init(khttpd_init);
module_exit(khttpd_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Web server in the kernel");
