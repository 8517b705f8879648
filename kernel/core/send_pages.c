// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Sends ranges of files from the page cache, without a copy and in constant
// memory: the file system splices references to its pages into a pipe (it alone
// knows how to get at them), and TCP takes those that it has room for.

#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/pipe_fs_i.h>
#include <linux/splice.h>
#include <net/sock.h>

#include "compat.h"
#include "core/connection.h"
#include "core/send.h"
#include "core/server.h"

/* A pipe of the kernel's own has 16 slots: what one splice brings. */
#define KTCP_PAGES_MAX PIPE_DEF_BUFFERS

/* One call of ktcp_send_pages(), for the actor. On its stack. */
struct ktcp_page_run {
	struct sock *sk;
	size_t left;	/* of the range, including what lies in the pipe */
	bool more;	/* other output follows the range */
	bool starved;	/* TCP had no memory */
	int error;	/* the socket's: 0, -EAGAIN, or fatal */
};

/* Gives back what TCP has taken: whole slots, and the start of one. */
static void ktcp_pipe_consume(struct pipe_inode_info *pipe, size_t size)
{
	while (size) {
		struct pipe_buffer *slot = &pipe->bufs[pipe->tail & (pipe->ring_size - 1)];
		size_t n = min_t(size_t, slot->len, size);

		slot->offset += n;
		slot->len -= n;
		size -= n;
		if (!slot->len) {
			pipe_buf_release(pipe, slot);
			pipe->tail++;
		}
	}
}

/*
 * Sends what lies in the pipe. To take less than that ends the splice, which
 * then drops the rest: it is read again when the socket has room.
 */
static int ktcp_send_pages_actor(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	struct ktcp_page_run *run = sd->u.data;
	struct bio_vec pages[KTCP_PAGES_MAX];
	unsigned int tail = pipe->tail, count = 0;
	size_t size = 0;
	ssize_t sent;
	int ret;

	while (tail != pipe->head && count < KTCP_PAGES_MAX) {
		struct pipe_buffer *slot = &pipe->bufs[tail++ & (pipe->ring_size - 1)];

		ret = pipe_buf_confirm(pipe, slot);
		if (ret) {
			if (!count)
				return ret;
			break;
		}
		if (!slot->len)
			continue;
		pages[count].bv_page = slot->page;
		pages[count].bv_offset = slot->offset;
		pages[count++].bv_len = slot->len;
		size += slot->len;
	}
	lock_sock(run->sk);
	sent = ktcp_compat_send_pages(run->sk, pages, count, size, run->more || size < run->left);
	run->starved = ktcp_send_starved(run->sk, sent, size);
	release_sock(run->sk);
	if (sent < 0) {
		run->error = sent;
		return sent;
	}
	if (sent < size)
		run->error = -EAGAIN;
	run->left -= sent;
	ktcp_pipe_consume(pipe, sent);
	return sent;
}

bool ktcp_send_pages_possible(const struct ktcp_connection *connection)
{
	const struct file *file = connection->file;

	return file->f_op->splice_read && file->f_mode & FMODE_LSEEK;
}

enum ktcp_progress ktcp_send_pages(struct ktcp_connection *connection,
				   const struct ktcp_segment *range, bool more)
{
	size_t size = min_t(u64, range->size, KTCP_SEND_STEP);
	struct ktcp_page_run run = {
		.sk = connection->sk,
		.left = size,
		.more = more || size < range->size,
	};
	struct splice_desc sd = {
		.total_len = size,
		.pos = range->offset,
		.u.data = &run,
	};
	ssize_t sent;

	sent = splice_direct_to_actor(connection->file, &sd, ktcp_send_pages_actor);
	connection->starved = run.starved;
	if (run.error)
		return ktcp_send_account(connection, sent, size);
	if (sent > 0)	/* all of it, or up to where the file ends or fails */
		return ktcp_send_account(connection, sent, sent);
	if (sent == -ENOMEM) {
		connection->starved = true;
		return KTCP_BLOCKED;
	}
	connection->verdict = connection->server->options.protocol->resource_failed(
			connection->session);
	return KTCP_PROGRESS;
}
