/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CACHE_MAKING_H
#define KTCP_CACHE_MAKING_H

/* What came of a step in the making of something that is to be kept: each step is
 * short, so that whoever takes them can let others go between two. */
enum ktcp_making {
	KTCP_MAKING_MORE,	/* there is more to do */
	KTCP_MAKING_DONE,	/* it can be taken */
	KTCP_MAKING_POINTLESS,	/* it would be of no use; nor will it be, for the same source */
	KTCP_MAKING_LATER,	/* the source was changed just now: worth trying after a tick */
	KTCP_MAKING_FAILED,	/* no memory, no room, or an error: may be tried again */
};

#endif
