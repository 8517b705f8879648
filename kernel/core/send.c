// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From the session to the socket. Memory, and small ranges of a file by way of a
// spare buffer, go out together in one call; large ranges go by pages.

#include <linux/fs.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "core/buffers.h"
#include "core/connection.h"
#include "core/send.h"
#include "core/server.h"
#include "core/stats.h"

/* Output collected for one call. On the stack of ktcp_send(). */
struct ktcp_gather {
	struct kvec pieces[KTCP_SEGMENTS_MAX];
	unsigned int count;
	size_t size;
	char *buffer;		/* spare, for what is read from files; or NULL */
	size_t buffered;
};

/* Less than kernel_read() does: the file was found fit for it when it was opened
 * (files.c), and permission was asked for this request. */
static ssize_t ktcp_gather_read(struct file *file, void *place, size_t size, loff_t offset)
{
	struct kvec piece = { place, size };
	struct iov_iter iter;
	struct kiocb kiocb;

	init_sync_kiocb(&kiocb, file);
	kiocb.ki_pos = offset;
	iov_iter_kvec(&iter, ITER_DEST, &piece, 1, size);
	return file->f_op->read_iter(&kiocb, &iter);
}

/* Reads a range of the current resource into the spare buffer. */
static int ktcp_gather_file(struct ktcp_connection *connection, struct ktcp_gather *gather,
			    const struct ktcp_segment *range, size_t size)
{
	char *place;
	size_t done;

	if (!gather->buffer) {
		gather->buffer = ktcp_buffer_acquire(false);
		if (!gather->buffer)
			return -ENOMEM;
	}
	place = gather->buffer + gather->buffered;
	for (done = 0; done < size;) {
		ssize_t n = ktcp_gather_read(connection->file, place + done, size - done,
					     range->offset + done);

		if (n <= 0)
			return n ?: -ENODATA;
		done += n;
	}
	gather->pieces[gather->count++] = (struct kvec){ place, size };
	gather->size += size;
	gather->buffered += size;
	return 0;
}

/*
 * Collects segments from the first on, as far as they fit; how many is returned.
 * -ENOMEM if memory is short, another error if a file cannot be read.
 */
static int ktcp_gather_segments(struct ktcp_connection *connection, struct ktcp_gather *gather,
				const struct ktcp_segment *segments, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		size_t room = KTCP_BUFFER_SIZE - gather->buffered;
		int ret;

		if (segments[i].data) {
			gather->pieces[gather->count++] =
				(struct kvec){ (void *)segments[i].data, segments[i].size };
			gather->size += segments[i].size;
			continue;
		}
		if (segments[i].size > room) {
			/* Pages, unless the file system has none to give. */
			if (ktcp_send_pages_possible(connection) || !room)
				break;
			ret = ktcp_gather_file(connection, gather, &segments[i], room);
			if (ret)
				return ret;
			break;
		}
		ret = ktcp_gather_file(connection, gather, &segments[i], segments[i].size);
		if (ret)
			return ret;
	}
	return i;
}

static ssize_t ktcp_gather_send(struct ktcp_connection *connection, struct ktcp_gather *gather,
				bool more)
{
	struct sock *sk = connection->sk;
	struct msghdr msg = {
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0),
	};
	ssize_t sent;

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, gather->pieces, gather->count, gather->size);
	ktcp_connection_lock(connection);
	sent = tcp_sendmsg_locked(sk, &msg, gather->size);
	connection->starved = ktcp_send_starved(sk, sent, gather->size);
	ktcp_connection_unlock(connection);
	return sent;
}

enum ktcp_progress ktcp_send_account(struct ktcp_connection *connection, ssize_t sent, size_t size)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;

	if (sent < 0 && sent != -EAGAIN)
		return KTCP_FATAL;
	if (sent > 0) {
		connection->starvations = 0;
		ktcp_stats_add(KTCP_STAT_bytes_sent, sent);
		connection->verdict = protocol->sent(connection->session, sent, &connection->now);
		/* What was taken may have been put on its way meanwhile, and made room;
		 * whether memory is short, the next attempt will tell. */
		if (connection->starved) {
			connection->starved = false;
			return KTCP_PROGRESS;
		}
	}
	return sent == size ? KTCP_PROGRESS : KTCP_BLOCKED;
}

enum ktcp_progress ktcp_send(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_segment segments[KTCP_SEGMENTS_MAX];
	struct ktcp_gather gather;
	enum ktcp_progress progress;
	unsigned int count;
	bool ends;
	int taken;

	count = protocol->output(connection->session, segments);
	/* The last bytes wait for the FIN, which is next. */
	ends = protocol->ends_after_output(connection->session);
	if (!segments[0].data && segments[0].size > KTCP_BUFFER_SIZE &&
	    ktcp_send_pages_possible(connection))
		return ktcp_send_pages(connection, &segments[0], count > 1 || ends);

	gather.count = 0;
	gather.size = 0;
	gather.buffer = NULL;
	gather.buffered = 0;
	taken = ktcp_gather_segments(connection, &gather, segments, count);
	if (taken == -ENOMEM) {
		connection->starved = true;
		progress = KTCP_BLOCKED;
	} else if (taken < 0) {
		connection->verdict = protocol->resource_failed(connection->session);
		progress = KTCP_PROGRESS;
	} else {
		ssize_t sent = ktcp_gather_send(connection, &gather, taken < count || ends);

		progress = ktcp_send_account(connection, sent, gather.size);
	}
	if (gather.buffer)
		ktcp_buffer_release(gather.buffer, false);
	return progress;
}
