/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For a fuzzer that is not in the kernel (fuzz/modules): the code that runs for clients
 * in softirqs and workers counts as covered by whoever has enabled KCOV for this handle
 * (KCOV_REMOTE_ENABLE, Documentation/dev-tools/kcov.rst). Without CONFIG_KCOV, which only
 * the debug kernel has, nothing.
 */
#ifndef KTCP_CORE_COVERAGE_H
#define KTCP_CORE_COVERAGE_H

#include <linux/kcov.h>

#define KTCP_COVERAGE_HANDLE 0x6b746370u /* "ktcp" */

/* Threads of the kernel or softirqs; not one within the other's pair in one context. */
static inline void ktcp_coverage_begin(void)
{
	kcov_remote_start_common(KTCP_COVERAGE_HANDLE);
}

static inline void ktcp_coverage_end(void)
{
	kcov_remote_stop();
}

#endif
