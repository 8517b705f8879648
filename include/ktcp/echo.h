/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/echo.h - the echo protocol (RFC 862): what comes goes back, until FIN.
 * It has no configuration: pass NULL to open().
 */
#ifndef KTCP_ECHO_H
#define KTCP_ECHO_H

#include "protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ktcp_protocol ktcp_echo_protocol;

#ifdef __cplusplus
}
#endif
#endif
