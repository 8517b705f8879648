// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The parameter is text of its own making, not one of the kernel's arrays: those are
// shown in sysfs without a look at how much room is left, and of several host= all but
// the last would be lost.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ktcp/http.h>

#include "core/server.h"
#include "khttpd/hosts.h"

/* With a line's end and a NUL it fills the page that sysfs shows. */
#define KHTTPD_HOSTS_SIZE (PAGE_SIZE - 2)

/* Everything that was given, with commas between; NULL: nothing. Written while the
 * module is loaded, by the kernel, which excludes readers. */
static char *hosts;

static int khttpd_hosts_set(const char *value, const struct kernel_param *param)
{
	char *all = kasprintf(GFP_KERNEL, "%s%s%s", hosts ?: "", hosts ? "," : "", value);

	if (!all)
		return -ENOMEM;
	if (strlen(all) > KHTTPD_HOSTS_SIZE) {
		pr_err("host= is too long: give at most %lu bytes in all\n", KHTTPD_HOSTS_SIZE);
		kfree(all);
		return -EINVAL;
	}
	kfree(hosts);
	hosts = all;
	return 0;
}

static int khttpd_hosts_get(char *text, const struct kernel_param *param)
{
	return scnprintf(text, PAGE_SIZE, "%s\n", hosts ?: "");
}

/* When the module goes, or did not load. */
static void khttpd_hosts_forget(void *unused)
{
	kfree(hosts);
	hosts = NULL;
}

static const struct kernel_param_ops khttpd_hosts_ops = {
	.set = khttpd_hosts_set,
	.get = khttpd_hosts_get,
	.free = khttpd_hosts_forget,
};

module_param_cb(host, &khttpd_hosts_ops, NULL, 0444);
MODULE_PARM_DESC(host, "NAME=DIRECTORY[,NAME=DIRECTORY...]: what to serve to requests for that host; *.NAME for all below it");

/* Made of the text at load, and constant until the module goes. */
struct khttpd_host_table {
	char *text;	/* a copy, cut into its parts */
	struct ktcp_http_site sites[KTCP_HTTP_SITES_MAX];
	char names[KTCP_HTTP_SITES_MAX][KTCP_HTTP_SITE_NAME_MAX];
	const char *directories[1 + KTCP_HTTP_SITES_MAX];
};

static struct khttpd_host_table *table;

static bool khttpd_hosts_have(unsigned int count, const struct ktcp_http_site *site)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (table->sites[i].name_size == site->name_size &&
		    !memcmp(table->sites[i].name, site->name, site->name_size))
			return true;
	return false;
}

static int khttpd_hosts_add(unsigned int number, const char *text)
{
	struct ktcp_http_site *site = &table->sites[number];

	if (number == KTCP_HTTP_SITES_MAX) {
		pr_err("host=%s is one too many: give at most %u\n", text, KTCP_HTTP_SITES_MAX);
		return -EINVAL;
	}
	if (!ktcp_http_site_parse(text, table->names[number], site,
				  &table->directories[1 + number])) {
		pr_err("host=%s is not understood: give NAME=DIRECTORY, as in host=www.example.org=/srv/www\n",
		       text);
		return -EINVAL;
	}
	if (khttpd_hosts_have(number, site)) {
		pr_err("host=%s: that name has a directory already: give each name once\n", text);
		return -EINVAL;
	}
	site->root = 1 + number;
	return 0;
}

int khttpd_hosts_read(const char *root, struct ktcp_server_options *options,
		      struct ktcp_http_config *config)
{
	unsigned int count = 0;
	char *rest, *text;

	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	if (hosts) {
		table->text = kstrdup(hosts, GFP_KERNEL);
		if (!table->text)
			return -ENOMEM;
	}
	for (rest = table->text; (text = strsep(&rest, ",")); count++) {
		int ret = khttpd_hosts_add(count, text);

		if (ret)
			return ret;
	}
	table->directories[0] = root;
	options->directories = table->directories;
	options->directory_count = 1 + count;
	config->has_root = root;
	config->site_count = count;
	config->sites = table->sites;
	return 0;
}

void khttpd_hosts_free(void)
{
	if (!table)
		return;
	kfree(table->text);
	kvfree(table);
	table = NULL;
}
