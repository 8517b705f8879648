/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_KHTTPD_PARAMETERS_H
#define KTCP_KHTTPD_PARAMETERS_H

struct ktcp_http_config;
struct ktcp_server_options;

/*
 * Checks what the module was loaded with, and makes of it what the server and the
 * protocol want to know; what both point to lives until khttpd_hosts_free(). A bad
 * value is named in the log: -EINVAL.
 */
int khttpd_parameters_read(struct ktcp_server_options *options, struct ktcp_http_config *config);

#endif
