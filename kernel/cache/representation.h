/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an answer is handed out as in one content coding: the bytes, and what is said of
 * them. Made whole, then constant, and freed with its answer (answer.h).
 */
#ifndef KTCP_CACHE_REPRESENTATION_H
#define KTCP_CACHE_REPRESENTATION_H

#include <linux/types.h>

#include <ktcp/protocol.h>

struct file;
struct ktcp_budget;
struct ktcp_content;
struct ktcp_server_options;

/* The values of enum ktcp_coding go from 1 to one less than this. */
#define KTCP_CODINGS (KTCP_CODING_ZSTD + 1)

struct ktcp_representation {
	struct ktcp_resource resource;	/* as it is handed out; its head lies below, or is NULL */
	struct ktcp_content *content;	/* the bytes; NULL: the file has them, if there are any */
	struct file *file;		/* opened for reading, or NULL */
	struct ktcp_budget *budget;	/* that it is charged to */
	size_t charged;			/* bytes, without the content's */
	char head[];
};

/*
 * With the head that the server's protocol writes for @resource, as an answer to @request;
 * the head in @resource does not count. Takes over the references to @content and @file,
 * either of which may be NULL, also if it fails (NULL: there is no room, or no memory).
 * May sleep.
 */
struct ktcp_representation *
ktcp_representation_create(const struct ktcp_server_options *options, struct ktcp_budget *budget,
			   const struct ktcp_resource_request *request,
			   const struct ktcp_resource *resource, struct ktcp_content *content,
			   struct file *file);
/* NULL is fine. May sleep. */
void ktcp_representation_free(struct ktcp_representation *representation);

#endif
