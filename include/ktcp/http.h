/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/http.h - the HTTP/1.1 protocol, as hosts see it.
 */
#ifndef KTCP_HTTP_H
#define KTCP_HTTP_H

#include "host.h"
#include "protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The limits of a server, in one table: X(name, default, least, most, unit, what it
 * is for). Both hosts make their options of it, of the same name (head_timeout= is
 * --head-timeout), and the README's table is checked against it. Text is in the
 * form that `insmod` and --help show.
 */
#define KTCP_HTTP_LIMITS(X)                                                                        \
	X(head_timeout, 10000, 1, KTCP_TIMEOUT_MAX, "ms",                                          \
	  "for a whole request head, from its first byte; and again for its body")                 \
	X(idle_timeout, 60000, 1, KTCP_TIMEOUT_MAX, "ms", "between requests, and before the first") \
	X(send_timeout, 30000, 1, KTCP_TIMEOUT_MAX, "ms",                                          \
	  "a client must take some bytes of a response within it")                                 \
	X(send_rate, 500, 0, 1073741824, "bytes/s",                                                \
	  "a client must take of a response on average, after the first send_timeout; 0: any rate") \
	X(linger_timeout, 2000, 1, KTCP_TIMEOUT_MAX, "ms",                                         \
	  "for a client's last bytes after ours (lingering close)")                                \
	X(head_size, 8192, 256, KTCP_BUFFER_SIZE, "bytes", "largest request head")                 \
	X(target_size, 8192, 1, KTCP_BUFFER_SIZE, "bytes", "longest request target")               \
	X(field_count, 100, 1, 1000, "fields", "most header fields of a request")                  \
	X(body_size, 65536, 0, 1073741824, "bytes",                                                \
	  "largest request body that is read (and discarded)")                                     \
	X(max_requests, 0, 0, 4294967295, "requests", "on one connection; 0: any number")          \
	X(max_ranges, 32, 0, KTCP_HTTP_RANGES_MAX, "ranges",                                                        \
	  "in one request; with more the whole file is sent; 0: always")                           \
	X(sort_size, 262144, 0, 8388608, "bytes",                                                  \
	  "memory that one listing is sorted in; a larger one comes as the file system has it")

/* One name of this server, beside its default root: RFC 9110 section 7.2. */
struct ktcp_http_site {
	const char *name;   /* in lower case, no port; or "*.domain" for all below it */
	uint32_t name_size; /* in bytes */
	uint32_t root;      /* handed back in resource requests */
};

#define KTCP_HTTP_SITES_MAX 64u

/* The most that max_ranges can be. */
#define KTCP_HTTP_RANGES_MAX 200u

/*
 * What a host configures: a snapshot. Nothing in it, nor behind its pointers, may
 * change while a session that was opened with it lives.
 */
struct ktcp_http_config {
#define KTCP_HTTP_LIMIT_MEMBER(name, preset, least, most, unit, what) uint32_t name;
	KTCP_HTTP_LIMITS(KTCP_HTTP_LIMIT_MEMBER)
#undef KTCP_HTTP_LIMIT_MEMBER
	uint32_t site_count;
	/* Is there a root 0, for names that no site has? With neither it nor a
	 * site, every GET is answered by "Hello World!". */
	bool has_root;
	/* Do listings show names that begin with a dot? They are served either way. */
	bool list_hidden;
	const struct ktcp_http_site *sites;
	/* The value of Cache-Control for files; NULL: no such field. Must pass
	 * ktcp_http_is_field_value(). */
	const char *cache_control;
};

/* The defaults: no root, no sites. */
static inline struct ktcp_http_config ktcp_http_config_default(void)
{
	struct ktcp_http_config config = {};

#define KTCP_HTTP_LIMIT_PRESET(name, preset, least, most, unit, what) config.name = preset;
	KTCP_HTTP_LIMITS(KTCP_HTTP_LIMIT_PRESET)
#undef KTCP_HTTP_LIMIT_PRESET
	return config;
}

extern const struct ktcp_protocol ktcp_http_protocol;

/* May `text` stand as the value of a field (RFC 9110 section 5.5), and is it of at
 * most KTCP_HTTP_VALUE_MAX bytes? */
bool ktcp_http_is_field_value(const char *text);
#define KTCP_HTTP_VALUE_MAX 256u

/*
 * Reads "NAME=DIRECTORY", as both hosts take their sites: puts the name, in lower
 * case, into `name`, which has room for KTCP_HTTP_SITE_NAME_MAX bytes, sets
 * site->name to it, and *directory to the part after '='. False if the name is not
 * one that Host can have, or a part is empty; then nothing was set.
 */
bool ktcp_http_site_parse(const char *text, char *name, struct ktcp_http_site *site,
			  const char **directory);
#define KTCP_HTTP_SITE_NAME_MAX 256u

KTCP_STATIC_ASSERT(sizeof(struct ktcp_http_site) == 16, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_http_config) == 72, "layout");

#ifdef __cplusplus
}
#endif
#endif
