/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The sites that the server has beside its default root: host=NAME=DIRECTORY.
 */
#ifndef KTCP_KHTTPD_HOSTS_H
#define KTCP_KHTTPD_HOSTS_H

struct ktcp_http_config;
struct ktcp_server_options;

/*
 * Makes the sites of @config, and the directories of @options: @root, which may be
 * NULL, is number 0, and each site has the next one. Both stay until
 * khttpd_hosts_free(). What is wrong is named in the log: -EINVAL.
 */
int khttpd_hosts_read(const char *root, struct ktcp_server_options *options,
		      struct ktcp_http_config *config);
void khttpd_hosts_free(void);

#endif
