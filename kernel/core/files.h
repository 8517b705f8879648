/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_FILES_H
#define KTCP_CORE_FILES_H

struct ktcp_connection;

/* Answers KTCP_WANT_RESOURCE. May sleep for as long as the file system wants. */
void ktcp_files_resolve(struct ktcp_connection *connection);

/* Lets go of the current resource, if there is one. */
void ktcp_files_release(struct ktcp_connection *connection);

#endif
