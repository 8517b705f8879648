// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A listing under way: entries come one by one from the host, and go out as rows, in
// order if they fit into the memory that there is for sorting, else as they come.
#pragma once

#include "http/entry_sorter.hh"
#include "http/listing.hh"

namespace ktcp::http {

// Nothing is written before it is known whether the entries can be sorted: until
// then they are collected. Constant memory in any case, and no step is longer than
// what one buffer holds.
class ListingStream {
public:
    struct Options {
        ListingFormat format = {};
        ListingOrder order = {};
        bool chunked = false;
        bool hidden = false;  // names that begin with a dot are shown
        size_t sort_size = 0; // bytes
    };

    void start(void* host, const Options& options);
    bool is_hidden(const ktcp_entry& entry) const {
        return !options_.hidden && entry.name[0] == '.';
    }

    bool collecting() const { return sorter_ && !begun_; }
    // False: no more can be sorted. The entry has not been taken.
    bool collect(const ktcp_entry& entry) { return sorter_->push(entry); }

    // What comes before the rows. From here on what was collected is handed out, in
    // order if that was all.
    void put_begin(Writer& out, Bytes path, bool sorted);
    void put_row(Writer& out, const ktcp_entry& entry);
    // As many of the collected rows as there is room for; true once none is left.
    bool put_collected(Writer& out);
    void put_end(Writer& out);
    // Is there room for another row, and the end?
    static bool has_room(const Writer& out);

    // Gives back what memory there is; may be called at any time.
    void stop();

private:
    Options options_{};
    EntrySorter* sorter_ = nullptr;
    bool begun_ = false;
    bool sorted_ = false;
    bool first_ = true; // no row has been written
};

} // namespace ktcp::http
