/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the files of a fill (fill.h) are to each other: steps, each of which sets the next
 * one, or itself, or none. All run with the roots' credentials on, and may sleep.
 */
#ifndef KTCP_CACHE_FILL_STEPS_H
#define KTCP_CACHE_FILL_STEPS_H

#include <linux/jiffies.h>
#include <linux/types.h>

struct ktcp_fill;

/* How long an answer is given before its names are walked again: it bounds what a trail
 * cannot see, as a security module's labels; where writes are not dated, stale bytes. */
#define KTCP_FILL_LIFE (2 * HZ)
#define KTCP_FILL_LIFE_UNDATED HZ
/* The same for one that could be a better one a moment later. */
#define KTCP_FILL_LIFE_SHORT (HZ / 4)

/* How many ticks a fill waits, at most, for a file to come to rest. */
#define KTCP_FILL_WAITS 8

/* What is read, or compared, in one step; bytes. */
#define KTCP_FILL_PIECE (256u << 10)

/* What an answer with its head takes, and some more; bytes. */
#define KTCP_FILL_ROOM 4096

/* fill.c */
void ktcp_fill_drop(struct ktcp_fill *fill);
/* Waits a tick; false: it has waited often enough. */
bool ktcp_fill_wait(struct ktcp_fill *fill);
bool ktcp_fill_prove(struct ktcp_fill *fill, size_t name_size);
bool ktcp_fill_is_old(const struct ktcp_fill *fill);
/* If what was kept looks right, it is the answer again. */
bool ktcp_fill_confirm(struct ktcp_fill *fill);
void ktcp_fill_give_file(struct ktcp_fill *fill);
void ktcp_fill_publish(struct ktcp_fill *fill);

/* fill_file.c */
void ktcp_fill_file(struct ktcp_fill *fill);
/* The most that one content may have, in bytes. */
u64 ktcp_fill_most(const struct ktcp_fill *fill);

/* fill_forms.c */
void ktcp_fill_find_siblings(struct ktcp_fill *fill);
void ktcp_fill_drop_siblings(struct ktcp_fill *fill);
void ktcp_fill_render(struct ktcp_fill *fill);
/* Codings that are worth being made of the content. */
unsigned long ktcp_fill_codable(const struct ktcp_fill *fill);
/* There is an answer: with what the client would like best? */
void ktcp_fill_answered(struct ktcp_fill *fill);

#endif
