// SPDX-License-Identifier: GPL-2.0-only OR MIT

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <ktcp/http.h>

#include "core/model.h"
#include "core/parameters.h"
#include "core/server.h"
#include "khttpd/hosts.h"
#include "khttpd/parameters.h"

static unsigned short port = 8081;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "TCP port to listen on (default 8081)");

static unsigned short backlog = 100;
module_param(backlog, ushort, 0444);
MODULE_PARM_DESC(backlog, "connections that may wait to be accepted (default 100)");

/* One parameter; people know it by four names. */
static char *WWWROOT, *root, *wwwroot, *root_dir;
module_param(WWWROOT, charp, 0444);
MODULE_PARM_DESC(WWWROOT, "directory to serve; with neither one nor a host=, GET is answered by Hello World!");
module_param(root, charp, 0444);
MODULE_PARM_DESC(root, "the same as WWWROOT");
module_param(wwwroot, charp, 0444);
MODULE_PARM_DESC(wwwroot, "the same as WWWROOT");
module_param(root_dir, charp, 0444);
MODULE_PARM_DESC(root_dir, "the same as WWWROOT");

static char *symlinks = "beneath";
module_param(symlinks, charp, 0444);
MODULE_PARM_DESC(symlinks, "where symbolic links may lead: beneath (the root; default), in_root (which is their /) or none");

static bool list_hidden;
module_param(list_hidden, bool, 0444);
MODULE_PARM_DESC(list_hidden, "1: listings show names that begin with a dot (default 0)");

static char *cache_control;
module_param(cache_control, charp, 0444);
MODULE_PARM_DESC(cache_control, "value of Cache-Control for files (default: no such field)");

static char *model = "inline";
module_param(model, charp, 0444);
MODULE_PARM_DESC(model, "what serves a connection: inline (default), event, cmwq or kthread");

static bool bench = true;
module_param(bench, bool, 0444);
MODULE_PARM_DESC(bench, "0: an unbound work queue; 1: one per CPU (default)");

KTCP_HTTP_LIMITS(KTCP_PARAMETER)
KTCP_HOST_LIMITS(KTCP_PARAMETER)
KTCP_CACHE_LIMITS(KTCP_PARAMETER)

static int khttpd_check_limits(void)
{
	static const struct ktcp_parameter_range ranges[] = {
		KTCP_HTTP_LIMITS(KTCP_PARAMETER_RANGE)
		KTCP_HOST_LIMITS(KTCP_PARAMETER_RANGE)
		KTCP_CACHE_LIMITS(KTCP_PARAMETER_RANGE)
	};
	int ret = ktcp_parameter_range("port", port, 1, USHRT_MAX);

	if (!ret)
		ret = ktcp_parameter_range("backlog", backlog, 1, USHRT_MAX);
	return ret ?: ktcp_parameter_ranges(ranges, ARRAY_SIZE(ranges));
}

/* The server's own: root can make the parameter writable, and then its text may go. */
static char khttpd_cache_control[KTCP_HTTP_VALUE_MAX + 1];

static int khttpd_read_cache_control(void)
{
	if (!cache_control)
		return 0;
	if (strscpy(khttpd_cache_control, cache_control, sizeof(khttpd_cache_control)) >= 0 &&
	    ktcp_http_is_field_value(khttpd_cache_control))
		return 0;
	/* Without the value: it may be made of what a log should not hold. */
	pr_err("cache_control= is no value of a header field: give at most %u bytes, of which none is a control character, with no space at either end\n",
	       KTCP_HTTP_VALUE_MAX);
	return -EINVAL;
}

static int khttpd_find_root(const char **directory)
{
	const struct ktcp_parameter_alias aliases[] = {
		{ "WWWROOT", WWWROOT },
		{ "root", root },
		{ "wwwroot", wwwroot },
		{ "root_dir", root_dir },
	};

	return ktcp_parameter_aliases(aliases, ARRAY_SIZE(aliases), directory);
}

static void khttpd_fill_options(struct ktcp_server_options *options)
{
#define KHTTPD_SET_OPTION(name, preset, least, most, unit, what) options->name = name;
	KTCP_HOST_LIMITS(KHTTPD_SET_OPTION)
	KTCP_CACHE_LIMITS(KHTTPD_SET_OPTION)
	options->bound = bench;
	options->port = port;
	options->backlog = backlog;
	/* What lies in TCP's buffers is a part of the response as well. */
	options->user_timeout = send_timeout;
}

static void khttpd_fill_config(struct ktcp_http_config *config)
{
#define KHTTPD_SET_CONFIG(name, preset, least, most, unit, what) config->name = name;
	KTCP_HTTP_LIMITS(KHTTPD_SET_CONFIG)
	config->list_hidden = list_hidden;
	config->cache_control = cache_control ? khttpd_cache_control : NULL;
}

int khttpd_parameters_read(struct ktcp_server_options *options, struct ktcp_http_config *config)
{
	const char *directory = NULL;
	int ret;

	options->model = ktcp_model_find(model);
	if (!options->model)
		return -EINVAL;
	ret = khttpd_check_limits();
	if (!ret)
		ret = khttpd_read_cache_control();
	if (!ret)
		ret = ktcp_parameter_symlinks(symlinks, &options->symlinks);
	if (!ret)
		ret = khttpd_find_root(&directory);
	if (ret)
		return ret;
	khttpd_fill_options(options);
	khttpd_fill_config(config);
	return khttpd_hosts_read(directory, options, config);
}
