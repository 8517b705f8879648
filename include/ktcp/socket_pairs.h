/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/socket_pairs.h - text to socket pairs: how drop-tcp-socket.ko is told which
 * connections to end.
 *
 * A *socket* is an address with a port, and two of them, the local and the remote
 * one, name a connection (RFC 9293 section 4). The text is what netstat and ss
 * print with -n:
 *
 *      1.2.3.4:80             both
 *      127.0.0.53%lo:53       ss, of a socket that is bound to an interface
 *      ::1:12345              netstat: the last colon is the port's
 *      ::ffff:1.2.3.4:80      netstat, of an IPv4 connection on an IPv6 socket
 *      [::1]:12345            ss
 *      [fe80::1]%eth0:22      ss; [fe80::1%eth0]:22 and fe80::1%eth0:22 are the same
 *
 * Sockets are separated by whitespace. A line may hold any number of pairs, but a
 * pair stands on one line, so a line that lacks something costs only itself.
 *
 * The text comes in pieces that may be cut anywhere. Nothing here allocates or
 * sleeps; a parser is used by one thread at a time.
 */
#ifndef KTCP_SOCKET_PAIRS_H
#define KTCP_SOCKET_PAIRS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One socket, split but not yet read: `address` has hexadecimal digits, colons and
 * dots only, and may still be no address at all. Neither span ends with a NUL.
 */
struct ktcp_socket_text {
	const char *address;
	const char *scope; /* an interface's name or number, without the '%' */
	uint8_t address_size; /* bytes, at most KTCP_ADDRESS_TEXT_MAX */
	uint8_t scope_size;   /* bytes, 0: no scope; at most KTCP_SCOPE_TEXT_MAX */
	bool ipv6;            /* by its colons; else IPv4 */
	uint16_t port;        /* in the host's byte order */
};

#define KTCP_ADDRESS_TEXT_MAX 45u
#define KTCP_SCOPE_TEXT_MAX 15u

/* A pair, or what stands where one should be. Valid until the parser is used again. */
struct ktcp_socket_pair {
	uint64_t number;   /* of the pair, from 1, malformed ones included */
	uint64_t line;     /* on which it stands, from 1 */
	const char *text;  /* as it was written, with one space in the middle; any bytes */
	size_t text_size;  /* bytes */
	bool cut;          /* longer than any pair is: the text is only its beginning */
	const char *fault; /* what is wrong with it, in words; NULL: nothing */
	struct ktcp_socket_text local;  /* where fault is NULL */
	struct ktcp_socket_text remote; /* where fault is NULL */
};

/* The state between two pieces; the host's memory, from its open() on. */
struct ktcp_pair_parser {
	uint64_t memory[25];
};

void ktcp_pair_parser_open(struct ktcp_pair_parser *parser);

/*
 * Reads until a pair is complete, and says so by true, or all of `data` is read;
 * *used says how much of it was.
 */
bool ktcp_pair_parser_read(struct ktcp_pair_parser *parser, const char *data, size_t size,
			   size_t *used, struct ktcp_socket_pair *pair);

/* The text ends here: true if that completes a pair, whole or malformed. */
bool ktcp_pair_parser_finish(struct ktcp_pair_parser *parser, struct ktcp_socket_pair *pair);

/* Is the parser between two pairs, so that nothing would be lost if no text followed? */
bool ktcp_pair_parser_resting(const struct ktcp_pair_parser *parser);

KTCP_STATIC_ASSERT(sizeof(struct ktcp_socket_text) == 24, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_socket_pair) == 96, "layout");

#ifdef __cplusplus
}
#endif
#endif
