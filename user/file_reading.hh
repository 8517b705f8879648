// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Files that are read so that nothing of what was read can be out of date unseen.
#pragma once

#include "content.hh"

#include "ktcp/types.h"

namespace ktcp::user {

// The argument: each change of a file begins by setting its change time, to what the
// clock says then, which steps in ticks. Bytes are proved if
//  - nobody had the file open for writing before they were read, nor after it: so no
//    change that had begun before was still under way, and none goes on;
//  - the file's identity (size and change time above all) was the same before and after;
//  - and its change time was older than a tick before they were read: so whatever changed
//    it from then on has set another change time, which a look at the file will show.
// Writes through a mapping are changes like others, since a mapping keeps the file open;
// where the file system does not date them (OpenedFile::dated), the proof holds only until
// the next one opens the file.

// May a change from now on have a change time that is not later than this one?
bool may_hide_changes(const timespec& changed) noexcept;

// Whether somebody has the file open for writing is told by whether a lease for reading
// can be had. It is given back at once: who opens the file in between to write to it has
// to wait for that (or, with O_NONBLOCK, hears EWOULDBLOCK), and we are sent SIGIO, which
// a program that uses this must ignore. Only the file's owner may ask, or root.
enum class Writers { none, some, unknown };
Writers writers_of(int fd) noexcept;

struct FileReading {
    enum class State {
        proved,
        once,      // not proved, nor will it soon be: at best good for one answer
        unsettled, // it is being changed, or was just now: worth trying again after a tick
        failed,    // no room, no memory, an I/O error
    };
    State state = State::failed;
    ContentRef content;      // unless it failed
    bool consistent = false; // the identity was the same before and after
    bool told = false;       // that nobody had it open for writing; else it is a guess

    // `place` has room for all of the file, and is nobody else's yet.
    static FileReading read(int fd, const FileIdentity& identity, ContentRef place) noexcept;
};

} // namespace ktcp::user
