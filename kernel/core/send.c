// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From the session to the socket. Memory, small ranges of what is kept in memory, and
// those of a file by way of a spare buffer, go out together in one call; large ranges
// go by pages.

#include <linux/fs.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "cache/content.h"
#include "core/buffers.h"
#include "core/connection.h"
#include "core/file_read.h"
#include "core/send.h"
#include "core/server.h"
#include "core/stats.h"

/* A small range may lie in two blocks of the content. */
#define KTCP_GATHER_PIECES (2 * KTCP_SEGMENTS_MAX)

/* Output collected for one call. On the stack of ktcp_send(). */
struct ktcp_gather {
	struct kvec pieces[KTCP_GATHER_PIECES];
	unsigned int count;
	size_t size;
	size_t copied;		/* of ranges */
	char *buffer;		/* spare, for what is read from files; or NULL */
};

static void ktcp_gather_add(struct ktcp_gather *gather, const void *data, size_t size)
{
	gather->pieces[gather->count++] = (struct kvec){ (void *)data, size };
	gather->size += size;
}

/* Reads a range of the current resource into the spare buffer. */
static int ktcp_gather_read_range(struct ktcp_connection *connection, struct ktcp_gather *gather,
				  const struct ktcp_segment *range, size_t size)
{
	char *place;
	size_t done;

	if (!gather->buffer) {
		gather->buffer = ktcp_buffer_acquire(false);
		if (!gather->buffer)
			return -ENOMEM;
	}
	place = gather->buffer + gather->copied;
	for (done = 0; done < size;) {
		ssize_t n = ktcp_file_read(connection->file, place + done, size - done,
					   range->offset + done);

		if (n <= 0)
			return n ?: -ENODATA;
		done += n;
	}
	ktcp_gather_add(gather, place, size);
	gather->copied += size;
	return 0;
}

/* 1 if the range was collected, 0 if not, or not all of it; or an error. */
static int ktcp_gather_file(struct ktcp_connection *connection, struct ktcp_gather *gather,
			    const struct ktcp_segment *range)
{
	size_t room = KTCP_BUFFER_SIZE - gather->copied;
	int ret;

	if (range->size <= room) {
		ret = ktcp_gather_read_range(connection, gather, range, range->size);
		return ret ?: 1;
	}
	/* Pages, unless the file system has none to give. */
	if (ktcp_send_pages_possible(connection) || !room)
		return 0;
	return ktcp_gather_read_range(connection, gather, range, room);
}

/* The same for what is kept in memory. */
static int ktcp_gather_content(const struct ktcp_content *content, struct ktcp_gather *gather,
			       const struct ktcp_segment *range)
{
	u64 offset = range->offset;
	size_t left = range->size;

	if (range->size > KTCP_SEND_COPY - gather->copied)
		return 0;
	if (!ktcp_content_has(content, offset, left))
		return -EIO;
	gather->copied += left;
	for (;;) {
		size_t size;
		const void *data = ktcp_content_at(content, offset, &size);

		size = min(size, left);
		ktcp_gather_add(gather, data, size);
		left -= size;
		offset += size;
		if (!left)
			return 1;
		if (gather->count == KTCP_GATHER_PIECES)
			return 0;
	}
}

/*
 * Collects segments from the first on, as far as they fit; returns how many are whole.
 * -ENOMEM if memory is short, another error if a file cannot be read.
 */
static int ktcp_gather_segments(struct ktcp_connection *connection, struct ktcp_gather *gather,
				const struct ktcp_segment *segments, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count && gather->count < KTCP_GATHER_PIECES; i++) {
		int ret;

		if (segments[i].data) {
			ktcp_gather_add(gather, segments[i].data, segments[i].size);
			continue;
		}
		if (connection->content)
			ret = ktcp_gather_content(connection->content, gather, &segments[i]);
		else
			ret = ktcp_gather_file(connection, gather, &segments[i]);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
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
		connection->moved += sent;
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

/* A long answer is left to a task from its beginning. */
static bool ktcp_send_is_long(const struct ktcp_segment *segments, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (segments[i].size > KTCP_SEND_ATOMIC)
			return true;
	return false;
}

static enum ktcp_progress ktcp_send_gathered(struct ktcp_connection *connection,
					     const struct ktcp_segment *segments,
					     unsigned int count, bool ends)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_gather gather;
	enum ktcp_progress progress;
	int taken;

	gather.count = 0;
	gather.size = 0;
	gather.copied = 0;
	gather.buffer = NULL;
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

enum ktcp_progress ktcp_send(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_segment segments[KTCP_SEGMENTS_MAX];
	unsigned int count;
	bool ends;

	count = protocol->output(connection->session, segments);
	if (connection->atomic && ktcp_send_is_long(segments, count))
		return KTCP_DECLINED;
	/* The last bytes wait for the FIN, which is next. */
	ends = protocol->ends_after_output(connection->session);
	if (!segments[0].data) {
		if (connection->content) {
			if (segments[0].size > KTCP_SEND_COPY) {
				if (connection->atomic &&
				    ktcp_compat_send_pages_may_sleep(connection->sk))
					return KTCP_DECLINED;
				return ktcp_send_content(connection, &segments[0],
							 count > 1 || ends);
			}
		} else if (segments[0].size > KTCP_BUFFER_SIZE &&
			   ktcp_send_pages_possible(connection)) {
			return ktcp_send_pages(connection, &segments[0], count > 1 || ends);
		}
	}
	return ktcp_send_gathered(connection, segments, count, ends);
}

void ktcp_send_fin(struct ktcp_connection *connection)
{
	struct sock *sk = connection->sk;
	bool due = (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);
	u32 end = tcp_sk(sk)->write_seq;

	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | SEND_SHUTDOWN);
	sk->sk_prot->shutdown(sk, SEND_SHUTDOWN);
	/* A FIN has a sequence number, as each byte has. */
	if (likely(!due || tcp_sk(sk)->write_seq != end))
		return;
	/* It has none, for want of memory, though TCP is in a state after it, and makes no other attempt:
	 * only a reset can tell the peer, and rid us of the socket. In that state an ACK would be taken
	 * for the FIN's, and the socket of a peer that has sent its own would be closed without a reset
	 * (tcp_disconnect()): both look at whether anything is left to be sent. */
	WRITE_ONCE(tcp_sk(sk)->write_seq, end + 1);
	connection->verdict = KTCP_ABORT;
}
