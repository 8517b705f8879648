/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/http.h - the HTTP/1.1 protocol, as hosts see it.
 */
#ifndef KTCP_HTTP_H
#define KTCP_HTTP_H

#include "protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a host configures. Every time is in milliseconds, every size in bytes; the
 * hosts' options and module parameters have the same names. Must not change while
 * a session that was opened with it lives.
 */
struct ktcp_http_config {
	/* Without a root every GET is answered by "Hello World!". */
	bool has_root;
	/* A request head must arrive whole within this time of its first byte. */
	uint32_t head_timeout;
	/* A kept-alive connection may be silent for this long between requests;
	 * also the time a new connection has for its first byte. */
	uint32_t idle_timeout;
	/* The peer must take some bytes of a response within this time. */
	uint32_t send_timeout;
	/* How long to wait, and discard, after FIN, so that a peer that is still
	 * sending can read the last response (RFC 9112 section 9.6). */
	uint32_t linger_timeout;
	/* The largest request head; at most KTCP_BUFFER_SIZE. */
	uint32_t head_size;
	/* The largest request body that is read and discarded. */
	uint32_t body_size;
};

#define KTCP_HTTP_HEAD_TIMEOUT_DEFAULT 10000u
#define KTCP_HTTP_IDLE_TIMEOUT_DEFAULT 60000u
#define KTCP_HTTP_SEND_TIMEOUT_DEFAULT 30000u
#define KTCP_HTTP_LINGER_TIMEOUT_DEFAULT 2000u
#define KTCP_HTTP_HEAD_SIZE_DEFAULT KTCP_BUFFER_SIZE
#define KTCP_HTTP_HEAD_SIZE_MIN 256u
#define KTCP_HTTP_BODY_SIZE_DEFAULT 65536u
#define KTCP_HTTP_TIMEOUT_MAX 86400000u

extern const struct ktcp_protocol ktcp_http_protocol;

KTCP_STATIC_ASSERT(sizeof(struct ktcp_http_config) == 28, "layout");

#ifdef __cplusplus
}
#endif
#endif
