// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The engine's part of drop-tcp-socket.ko, as one translation unit (kecho/engine.cc
// says why): the parser of the text that is written to the file.
#include "sockets/socket_text.cc"

#include "sockets/pair_parser.cc"
