/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_DIRECTORY_H
#define KTCP_CORE_DIRECTORY_H

struct ktcp_connection;

/* Answers KTCP_WANT_ENTRIES with some entries, or the end of them. May sleep. */
void ktcp_directory_list(struct ktcp_connection *connection);

/* Ends the listing of the current resource, if there is one. */
void ktcp_directory_stop(struct ktcp_connection *connection);

#endif
