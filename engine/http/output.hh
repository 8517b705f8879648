// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a session has to send next: bytes in a buffer that is borrowed for as long as
// there are some, then a range of the current resource.
#pragma once

#include "base/place.hh"
#include "base/writer.hh"
#include "http/multipart.hh"
#include "http/target.hh"
#include "ktcp/http.h"
#include "ktcp/os.h"

namespace ktcp::http {

// The buffer's end is a scratch area: it holds the path while a resource is looked up
// and its response is begun, and then, if several ranges are sent, what they are.
class Output {
public:
    // The ranges of a response that are yet to be sent, each as a part of its own.
    struct Parts {
        explicit Parts(const Multipart& framing) : multipart(framing) {}

        Multipart multipart;
        unsigned next = 0;
        unsigned count = 0;
        ByteRange ranges[KTCP_HTTP_RANGES_MAX];
    };

    bool borrowed() const { return buffer_ != nullptr; }
    // False: there is no memory. What was in the buffer is forgotten.
    bool borrow(void* host) {
        if (!buffer_)
            buffer_ = static_cast<char*>(ktcp_os_buffer_acquire(host));
        begin_ = end_ = 0;
        range_begin_ = range_end_ = 0;
        has_parts_ = false;
        return buffer_ != nullptr;
    }
    void give_back(void* host) {
        if (buffer_)
            ktcp_os_buffer_release(host, buffer_);
        buffer_ = nullptr;
        begin_ = end_ = 0;
        has_parts_ = false;
    }

    // Room for `path_capacity` bytes. Not to be used once parts() was made.
    char* path() const { return buffer_ + scratch_offset; }

    // Writes what is to be sent, from the buffer's start up to the scratch area.
    Writer writer() const { return Writer(buffer_, limit(true)); }
    void wrote(const Writer& out) { end_ = static_cast<uint32_t>(out.size()); }
    // Goes on after what was written before; over the scratch area unless that is in use.
    Writer appender(bool keep_scratch) const { return Writer(buffer_ + end_, limit(keep_scratch)); }
    void appended(const Writer& out) { end_ += static_cast<uint32_t>(out.size()); }

    void set_range(ByteRange range) {
        range_begin_ = range.begin;
        range_end_ = range.end;
    }

    // Takes the scratch area for parts, of which the caller says what they are; they
    // are sent as parts once use_parts() was called.
    Parts& make_parts(const Multipart& framing) const {
        return *new (Place{path()}) Parts(framing);
    }
    void use_parts() { has_parts_ = true; }
    bool has_parts() const { return has_parts_; }
    Parts& parts() const { return *reinterpret_cast<Parts*>(path()); }

    unsigned segments(ktcp_segment* segments) const {
        unsigned count = 0;
        if (begin_ != end_)
            segments[count++] = {buffer_ + begin_, 0, end_ - begin_};
        if (range_begin_ != range_end_)
            segments[count++] = {nullptr, range_begin_, range_end_ - range_begin_};
        return count;
    }
    // The first n bytes of the segments were sent.
    void sent(uint64_t n) {
        const uint32_t memory = end_ - begin_;
        if (n < memory) {
            begin_ += static_cast<uint32_t>(n);
            return;
        }
        begin_ = end_ = 0;
        range_begin_ += n - memory;
    }
    bool memory_sent() const { return begin_ == end_; }
    bool all_sent() const { return memory_sent() && range_begin_ == range_end_; }

private:
    static constexpr size_t scratch_offset = KTCP_BUFFER_SIZE - path_capacity;
    static_assert(sizeof(Parts) <= path_capacity);
    static_assert(scratch_offset % alignof(Parts) == 0);

    char* limit(bool keep_scratch) const {
        return buffer_ + (keep_scratch ? scratch_offset : KTCP_BUFFER_SIZE);
    }

    char* buffer_ = nullptr;
    uint32_t begin_ = 0; // of the bytes in the buffer that are to be sent
    uint32_t end_ = 0;
    uint64_t range_begin_ = 0; // of the resource
    uint64_t range_end_ = 0;
    bool has_parts_ = false;
};

} // namespace ktcp::http
