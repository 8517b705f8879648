// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The engine's part of kecho.ko, as one translation unit: two objects that emit
// the same inline function do not link once ftrace has marked them both.
#include "echo/session.cc"

#include "echo/protocol.cc"
