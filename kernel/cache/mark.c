// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/fs.h>
#include <linux/timekeeping.h>
#include <asm/barrier.h>

#include "cache/mark.h"

/*
 * Changes are dated by the coarse clock, in the file system's own steps. Once that has
 * gone past the mark, no later change can have the same time.
 */
bool ktcp_mark_is_settled(const struct ktcp_mark *mark, const struct inode *inode)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	now = timestamp_truncate(now, (struct inode *)inode);
	return timespec64_compare(&mark->changed, &now) < 0;
}

bool ktcp_mark_may_be_read(const struct ktcp_mark *mark, const struct inode *inode)
{
	if (!ktcp_mark_is_settled(mark, inode))
		return false;
	/* The clock first: whoever opens it for writing after the second look dates what it
	 * writes later than the mark. The other way round a write of the mark's own tick could
	 * begin between the two. */
	smp_mb();
	return ktcp_mark_holds(mark, inode);
}
