/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A directory's listing as content that can be kept, rendered by the protocol, and the
 * proof by which it is trusted (shown.h).
 */
#ifndef KTCP_CACHE_RENDERING_H
#define KTCP_CACHE_RENDERING_H

#include <linux/types.h>

#include <ktcp/protocol.h>

#include "cache/making.h"

struct ktcp_budget;
struct ktcp_connection;
struct ktcp_content;
struct ktcp_rendering;
struct ktcp_shown;
struct path;

/*
 * Starts to render @directory, beneath the connection's roots, as @request wants it (its
 * `rendering` is not 0); the request and the connection must stay until the end. All that
 * is made is charged to @budget, whose owner says that a content may have @size bytes at
 * most. NULL if memory or the budget does not allow it. May sleep.
 */
struct ktcp_rendering *ktcp_rendering_create(struct ktcp_connection *connection,
					     const struct path *directory,
					     const struct ktcp_resource_request *request,
					     struct ktcp_budget *budget, u64 size);

/*
 * Goes on by some entries, or by some of the text. POINTLESS if there are entries
 * whose change could not be seen (symbolic links, mounts, names that cannot be looked up),
 * or too many, or the protocol gives up. May sleep.
 */
enum ktcp_making ktcp_rendering_step(struct ktcp_rendering *rendering);

/* Will the next step charge anything to the budget? */
bool ktcp_rendering_charges(const struct ktcp_rendering *rendering);

/* After DONE, once: the content, and the proof; both are the caller's. */
struct ktcp_content *ktcp_rendering_take(struct ktcp_rendering *rendering,
					 struct ktcp_shown **shown);

/* At any time; NULL is fine. May sleep. */
void ktcp_rendering_free(struct ktcp_rendering *rendering);

#endif
