/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_PAIRS_FILE_H
#define KTCP_PAIRS_FILE_H

struct net;

/*
 * /proc/net/drop_tcp_sock of one network namespace: mode 0600, of the user who is
 * root in it; opening, reading and writing take CAP_NET_ADMIN over it.
 *
 * Written: socket pairs (ktcp/socket_pairs.h). write() takes all that it is given,
 * in pieces cut anywhere, and carries out every pair that is good, whatever stands
 * before it. Pairs that fail make it return EINVAL (if one was malformed) or ENOENT
 * (there were only unknown connections), after having carried out the others. But
 * what comes to a pipe or a buffer comes in blocks, and programs give up at the
 * first error, so:
 *
 *   A write() that ends within a pair, or is a multiple of 512 bytes long, is taken
 *   for a piece of something longer. Its errors are kept for the next write() that
 *   is not, or for close().
 *
 * A last pair without whitespace after it is carried out at the last close(), which
 * returns its error.
 *
 * Read: counts, and a line for each pair that failed; of this open file, or if it
 * wrote nothing, of the last writer in the namespace.
 */
int ktcp_pairs_file_create(struct net *net);
void ktcp_pairs_file_remove(struct net *net);

#endif
