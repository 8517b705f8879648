// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/listing_stream.hh"

#include "http/chunked.hh"

namespace ktcp::http {
namespace {

// Calls f(out) and frames what it writes as a chunk, if that is the framing.
template <class F> void put_chunk(Writer& out, bool chunked, F f) {
    if (!chunked)
        return f(out);
    Chunk chunk;
    chunk.begin(out);
    f(out);
    chunk.end(out);
}

constexpr size_t row_max = listing_row_max + Chunk::overhead;
constexpr size_t end_max = listing_end_max + Chunk::overhead + Chunk::last_size;
// At least one row for each send, and the end with the last of them.
static_assert(row_max + end_max <= KTCP_BUFFER_SIZE);

} // namespace

void ListingStream::start(void* host, const Options& options) {
    options_ = options;
    begun_ = sorted_ = false;
    first_ = true;
    sorter_ = EntrySorter::create(host, options.order, options.sort_size);
}

void ListingStream::put_begin(Writer& out, Bytes path, bool sorted) {
    begun_ = true;
    sorted_ = sorted;
    put_chunk(out, options_.chunked, [&](Writer& to) {
        put_listing_begin(to, options_.format, path, options_.order, sorted);
    });
}

void ListingStream::put_row(Writer& out, const ktcp_entry& entry) {
    put_chunk(out, options_.chunked,
              [&](Writer& to) { put_listing_row(to, options_.format, entry, first_); });
    first_ = false;
}

bool ListingStream::put_collected(Writer& out) {
    ktcp_entry entry = {};
    while (sorter_ && has_room(out)) {
        if (sorted_ ? sorter_->pop(entry) : sorter_->pop_unsorted(entry))
            put_row(out, entry);
        else
            stop();
    }
    return !sorter_;
}

void ListingStream::put_end(Writer& out) {
    put_chunk(out, options_.chunked, [&](Writer& to) { put_listing_end(to, options_.format); });
    if (options_.chunked)
        Chunk::put_last(out);
}

bool ListingStream::has_room(const Writer& out) { return out.room() >= row_max + end_max; }

void ListingStream::stop() {
    if (sorter_)
        sorter_->destroy();
    sorter_ = nullptr;
}

} // namespace ktcp::http
