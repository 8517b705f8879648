/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files NAME.br, NAME.zst and NAME.gz beside a file NAME: its content in a coding, made
 * by somebody beforehand. One that is a regular file (itself, not by a link), readable,
 * not older than NAME, and not open for writing is *usable*.
 *
 * What was found out about them, their absence included, is the proof: it is good for as
 * long as the trail of NAME itself (trail.h) and ktcp_siblings_hold().
 */
#ifndef KTCP_CACHE_SIBLINGS_H
#define KTCP_CACHE_SIBLINGS_H

#include <linux/types.h>

#include <ktcp/protocol.h>

#include "cache/mark.h"

struct dentry;
struct file;
struct inode;
struct ktcp_roots;

/* One for each coding that has a file name suffix. */
#define KTCP_SIBLINGS 3

/* Constant once found. */
struct ktcp_sibling {
	struct dentry *dentry;		/* a reference; negative if there is no such file */
	struct inode *inode;		/* of the dentry; NULL: there is no such file */
	unsigned int sequence;		/* the dentry's d_seq */
	u8 coding;			/* enum ktcp_coding */
	bool usable;
	bool regular;			/* a regular file, of which then: */
	bool written;			/* somebody had it open for writing; if not: */
	struct ktcp_mark mark;		/* that it is as it was, its mode and owner too */
};

/* Part of an answer; all zero before they were found. */
struct ktcp_siblings {
	unsigned int count;		/* 0: none was looked for, so nothing can change */
	struct ktcp_sibling of[KTCP_SIBLINGS];
};

/*
 * Looks for the siblings of @original, which a walk without symbolic links has led to (so
 * that its trail could be recorded). The caller has put on the roots' credentials.
 * 0; -EAGAIN if one was changed within this tick of the clock, so that a further change
 * could go unseen; another negative errno if what is there cannot be proved. If not 0,
 * nothing is to be released. May sleep.
 *
 * What is then read of a usable one was its content if ktcp_siblings_hold() afterwards.
 */
int ktcp_siblings_find(struct ktcp_siblings *siblings, const struct file *original);

/* The usable one in @coding, or NULL. */
const struct ktcp_sibling *ktcp_siblings_usable(const struct ktcp_siblings *siblings,
						enum ktcp_coding coding);

/*
 * Opens a usable one, beneath the same mount as @original, and says in @resource what it
 * is: everything but `varies` and the head. An error pointer if it cannot be read (any
 * more). The caller has put on the roots' credentials. May sleep.
 */
struct file *ktcp_sibling_open(const struct ktcp_sibling *sibling, const struct file *original,
			       const struct ktcp_roots *roots, struct ktcp_resource *resource);

/* Is everything as it was found? The caller holds rcu_read_lock(), and has seen that the
 * original's trail holds. Any context but hard interrupts; does not sleep. */
bool ktcp_siblings_hold(const struct ktcp_siblings *siblings);

/* Bytes of memory that they hold on to, without their own structure. */
size_t ktcp_siblings_weight(const struct ktcp_siblings *siblings);

/* May sleep. */
void ktcp_siblings_release(struct ktcp_siblings *siblings);

#endif
