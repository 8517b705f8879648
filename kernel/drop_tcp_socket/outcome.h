/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_OUTCOME_H
#define KTCP_OUTCOME_H

/* What became of a pair; the names are what users see when they read the file. */
#define KTCP_OUTCOMES(X)                                                        \
	X(CONNECTION, "connections") /* ended, by RST where the peer expects one */ \
	X(TIME_WAIT, "time_wait")    /* forgotten */                              \
	X(REQUEST, "syn_recv")       /* a handshake that was not complete, given up */ \
	X(MALFORMED, "malformed")    /* not a pair: EINVAL */                     \
	X(UNKNOWN, "unknown")        /* no such connection: ENOENT */

enum ktcp_outcome {
#define KTCP_OUTCOME_ENUM(name, text) KTCP_OUTCOME_##name,
	KTCP_OUTCOMES(KTCP_OUTCOME_ENUM)
#undef KTCP_OUTCOME_ENUM
	KTCP_OUTCOME_COUNT
};

#endif
