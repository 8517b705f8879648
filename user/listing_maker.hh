// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Makes the listing of a directory that can be kept, a slice of work at a time.
#pragma once

#include "directory.hh"
#include "directory_watch.hh"

#include <string>

namespace ktcp::user {

class Host;

// Whoever asks for the listing drives it on: so it is made once, and nobody's end ends it.
class ListingMaker {
public:
    // `answer` has the name, and is told by the watch; it, the root and `host` outlive the
    // object. nullptr if it cannot be made.
    static std::unique_ptr<ListingMaker> begin(const ktcp_protocol& protocol, const void* config,
                                               Host& host, Answer& answer, int directory,
                                               const Root& root, BlockPool& buffers,
                                               DirectoryWatch& watch, size_t most) noexcept;
    ~ListingMaker();

    enum class Step {
        more,
        done,   // text() is the whole of it
        cannot, // there is something in it whose change would go unheard, or too much of it
        failed, // for want of memory, or by an I/O error: another time it may be done
    };
    Step step() noexcept;
    const std::string& text() const { return text_; }

private:
    // A turn takes about as long as a megabyte takes to be sent.
    static constexpr int entries_a_step = 128;

    ListingMaker(const ktcp_protocol& protocol, Answer& answer, DirectoryWatch& watch, size_t most)
        : protocol_(protocol), answer_(answer), watch_(watch), most_(most) {}
    Step read_entries() noexcept;
    Step read_text() noexcept;

    const ktcp_protocol& protocol_;
    Answer& answer_;
    DirectoryWatch& watch_;
    const size_t most_; // bytes
    ktcp_resource_request request_{};
    std::unique_ptr<Directory> directory_; // while entries are read
    dev_t device_ = 0;
    std::unique_ptr<std::max_align_t[]> rendering_;
    bool open_ = false; // the rendering is
    std::string text_;
};

} // namespace ktcp::user
