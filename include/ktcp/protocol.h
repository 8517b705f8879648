/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/protocol.h - the seam, host to engine.
 *
 * A protocol is one constant table of functions. A *session* is the protocol's
 * state for one TCP connection. The engine never waits, and knows no socket,
 * clock or file system; the *host* owns those and drives the session:
 *
 *      verdict = open()
 *      repeat, by the verdict:
 *        WANT_RECEIVE   fill receive_space() from the socket, then received(n);
 *                       at the peer's FIN, end_of_input()
 *        WANT_SEND      send what output() lists, then sent(n)
 *        WANT_BOTH      whichever the socket is ready for
 *        WANT_RESOURCE  look up resource_request(), answer with resource()
 *        WANT_ENTRIES   entry() for each further entry of the directory that was
 *                       the last resource, end_of_entries() after the last
 *        SHUTDOWN       send FIN, then go on as for WANT_RECEIVE (lingering close)
 *        CLOSE          close the connection: FIN once everything is sent
 *        ABORT          close it at once: RST
 *
 * Each step returns the next verdict. Unless said otherwise, a step may be called
 * only when the last verdict asked for it.
 *
 * Rules for every function of the table:
 * - Context: any that the host likes, interrupts disabled included: none of them
 *   sleeps. What may sleep, a file system above all, is on the host's side of
 *   WANT_RESOURCE and WANT_ENTRIES, and the host may take as long as it wants.
 * - A session is used by one thread at a time; the host sees to it. Different
 *   sessions share nothing that is written to.
 * - Time: `now` never goes backwards within a session.
 * - Ownership: the host owns the session's memory and the configuration, which
 *   must stay unchanged until the last close().
 */
#ifndef KTCP_PROTOCOL_H
#define KTCP_PROTOCOL_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ktcp_verdict {
	KTCP_WANT_RECEIVE = 1,
	KTCP_WANT_SEND,
	KTCP_WANT_BOTH,
	KTCP_WANT_RESOURCE,
	KTCP_WANT_ENTRIES,
	KTCP_SHUTDOWN,
	KTCP_CLOSE,
	KTCP_ABORT,
};

/* A piece of output: bytes in memory, or a range of the current resource. */
struct ktcp_segment {
	const void *data; /* NULL: a range of the resource */
	uint64_t offset;  /* in the resource, in bytes; 0 for memory */
	uint64_t size;    /* in bytes, never 0 */
};

/* At most so many segments are listed by output(). */
#define KTCP_SEGMENTS_MAX 4

/*
 * Which resource a session wants. The path is relative to the root, decoded, and
 * NUL-terminated (the terminator is not counted): no leading or trailing '/', no
 * empty, "." or ".." segment, no NUL inside; "" is the root itself. It is the
 * engine's memory, and is valid until resource() is called.
 */
struct ktcp_resource_request {
	const char *path;
	size_t size;
	uint32_t root; /* which one, of those that the host has; 0 is the default one */
	/* Of a directory: which rendering of its entries would do (render_open() below),
	 * a number of the protocol's own; 0: none, or it is no directory that is asked for. */
	uint32_t rendering;
	/* The content codings (RFC 9110 section 8.4.1) that the client takes, those
	 * that it likes best first, each at most once; the rest is
	 * KTCP_CODING_END. Identity may be missing. */
	uint8_t codings[8];
};

enum ktcp_coding {
	KTCP_CODING_END = 0,
	KTCP_CODING_IDENTITY,
	KTCP_CODING_GZIP,
	KTCP_CODING_DEFLATE, /* the zlib format */
	KTCP_CODING_BR,
	KTCP_CODING_ZSTD,
};

enum ktcp_resource_status {
	KTCP_RESOURCE_FILE = 1,  /* a regular file, opened */
	KTCP_RESOURCE_DIRECTORY, /* a directory, opened */
	KTCP_RESOURCE_NOT_FOUND, /* no such name (ENOENT, ENOTDIR, ENAMETOOLONG) */
	KTCP_RESOURCE_FORBIDDEN, /* not readable, outside the root, or neither of the two kinds */
	KTCP_RESOURCE_FAILED,    /* anything else: an I/O error, no memory, no descriptors */
};

/*
 * What the host found. After FILE or DIRECTORY the host keeps it open as the
 * session's *current resource* until ktcp_os_resource_release() (os.h).
 */
struct ktcp_resource {
	enum ktcp_resource_status status;
	uint32_t modified_ns;     /* nanoseconds within the second */
	int64_t modified_seconds; /* since 1970, UTC */
	uint64_t size;            /* of a file, in bytes, as coded */
	uint64_t inode;
	/* Of a file or a rendering: the coding that its bytes are in, one of those asked
	 * for or KTCP_CODING_IDENTITY; and whether another client would get another one. */
	uint8_t coding;
	bool varies;
	/* Of a directory: this is the rendering that was asked for, of `size` bytes, which
	 * output() may list ranges of as of a file's. Entries are not to be had. */
	bool rendered;
	/* Of a file: it was changed just now, and may change once more without another
	 * date: so nothing that is said of it here tells versions apart. */
	bool unsettled;
	/* What describe() wrote of this very resource, with the same configuration;
	 * valid as long as the resource is held. NULL: nothing. */
	uint32_t head_size;
	const char *head;
};

enum ktcp_entry_kind {
	KTCP_ENTRY_FILE = 1,
	KTCP_ENTRY_DIRECTORY,
	KTCP_ENTRY_OTHER, /* a link, a device, a name that could not be looked up */
};

/* One entry of a directory; never "." or "..". Valid during the call only. */
struct ktcp_entry {
	const char *name; /* as the file system has it: any bytes but '/' and NUL */
	uint32_t name_size;
	enum ktcp_entry_kind kind;
	int64_t modified_seconds;
	uint64_t size;
};

/* The longest name that entry() takes, in bytes (NAME_MAX). */
#define KTCP_NAME_MAX 255

/* Room that describe() needs, and the least that render_read() does, in bytes. */
#define KTCP_DESCRIPTION_MAX 1024u
#define KTCP_RENDERING_STEP KTCP_BUFFER_SIZE

struct ktcp_protocol {
	const char *name;
	size_t session_size;  /* bytes that the host allocates for a session */
	size_t session_align; /* and their alignment, a power of two, at most 64 */

	/*
	 * Starts a session in memory of the size above. `host` is handed back in
	 * every ktcp_os_*() call; `config` is the protocol's own structure
	 * (http.h), or NULL where it has none.
	 */
	enum ktcp_verdict (*open)(void *session, void *host, const void *config,
				  const struct ktcp_now *now);

	/*
	 * Where received bytes go; the same place until received(). An empty
	 * space means that memory ran out: the host aborts the connection.
	 */
	struct ktcp_space (*receive_space)(void *session);
	/* n bytes were put at the start of receive_space(); 0: nothing came after
	 * all, so a session that holds a buffer for nothing can give it back. */
	enum ktcp_verdict (*received)(void *session, size_t n, const struct ktcp_now *now);
	/* The peer's FIN. May be called at any verdict, once; the verdict stays
	 * binding (a session that is sending goes on sending). */
	enum ktcp_verdict (*end_of_input)(void *session, const struct ktcp_now *now);

	/* Lists what is to be sent next, in order: 1 to KTCP_SEGMENTS_MAX. */
	unsigned int (*output)(const void *session, struct ktcp_segment *segments);
	/*
	 * Will the session end its side (CLOSE or SHUTDOWN) once what output()
	 * lists now is sent? Then the host lets the FIN travel with the last
	 * bytes (MSG_MORE), which saves a packet. Allowed at WANT_SEND.
	 */
	bool (*ends_after_output)(const void *session);
	/* The first n > 0 bytes of what output() listed were taken by TCP. */
	enum ktcp_verdict (*sent)(void *session, uint64_t n, const struct ktcp_now *now);

	/* May be NULL for a protocol that never says WANT_RESOURCE. */
	struct ktcp_resource_request (*resource_request)(const void *session);
	enum ktcp_verdict (*resource)(void *session, const struct ktcp_resource *resource,
				      const struct ktcp_now *now);
	/* A range of the resource that output() listed cannot be had (the file
	 * was truncated, or an I/O error). Allowed at WANT_SEND. */
	enum ktcp_verdict (*resource_failed)(void *session);

	/* May be NULL for a protocol that never says WANT_ENTRIES. The entry is
	 * taken, whatever the verdict; the next one is due at WANT_ENTRIES. */
	enum ktcp_verdict (*entry)(void *session, const struct ktcp_entry *entry,
				   const struct ktcp_now *now);
	/*
	 * There are no more entries: DIRECTORY, if those were all; else why the
	 * others cannot be had (NOT_FOUND, FORBIDDEN, FAILED).
	 */
	enum ktcp_verdict (*end_of_entries)(void *session, enum ktcp_resource_status end,
					    const struct ktcp_now *now);

	/*
	 * When the session's patience ends, or KTCP_NEVER. Asked for by the host
	 * whenever it stops driving the session; may move either way.
	 */
	ktcp_time (*deadline)(const void *session);
	/* now->monotonic has reached deadline(). Allowed at WANT_RECEIVE,
	 * WANT_SEND and WANT_BOTH. `acknowledged` says how many bytes the peer has
	 * acknowledged since the connection began: TCP's buffers are large, so that a
	 * slow reader makes no room in them for long, and is at work all the same. */
	enum ktcp_verdict (*expired)(void *session, uint64_t acknowledged,
				     const struct ktcp_now *now);

	/*
	 * The host is going away: finish what was begun, take no new request.
	 * Allowed at WANT_RECEIVE, WANT_SEND and WANT_BOTH.
	 */
	enum ktcp_verdict (*drain)(void *session, const struct ktcp_now *now);

	/* Ends the session, at any time, and gives back what it holds of the
	 * host's; its memory is the host's again. */
	void (*close)(void *session);

	/*
	 * For hosts that keep what they found, so that the next request for it costs
	 * less. No session is needed, only its configuration; all NULL for a protocol
	 * that never says WANT_RESOURCE.
	 *
	 * Writes, into room for KTCP_DESCRIPTION_MAX bytes, what each answer with this
	 * resource says of it, whoever asks and whenever: to be handed back as
	 * ktcp_resource.head. Returns how many bytes; 0: there is nothing to be kept.
	 */
	size_t (*describe)(const void *config, const struct ktcp_resource_request *request,
			   const struct ktcp_resource *resource, const struct ktcp_now *now,
			   char *place);
	/* Is the resource of a kind that content codings make smaller? */
	bool (*compressible)(const struct ktcp_resource_request *request,
			     const struct ktcp_resource *resource);

	/*
	 * A directory's entries as the content of an answer: render_open(), then
	 * render_entry() for each entry in the host's order, then render_read() until it
	 * returns 0, then render_close(). The host allocates rendering_size bytes, aligned
	 * to 16. A function that returns false has given up (there are more entries than
	 * may be sorted, or no memory): render_close() is next, and the session is
	 * answered with a directory that is not rendered. May take spare buffers of
	 * `host` (os.h). The request must stay as it is until render_close().
	 * render_read() fills `place`, of at least KTCP_RENDERING_STEP bytes, as far as
	 * it likes.
	 */
	size_t rendering_size;
	bool (*render_open)(void *rendering, void *host, const void *config,
			    const struct ktcp_resource_request *request);
	bool (*render_entry)(void *rendering, const struct ktcp_entry *entry);
	size_t (*render_read)(void *rendering, void *place, size_t size);
	void (*render_close)(void *rendering);
};

KTCP_STATIC_ASSERT(sizeof(struct ktcp_segment) == 24, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_resource_request) == 32, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_resource) == 48, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_entry) == 32, "layout");
KTCP_STATIC_ASSERT(sizeof(enum ktcp_verdict) == 4, "layout");

#ifdef __cplusplus
}
#endif
#endif
