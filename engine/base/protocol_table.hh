// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Makes the seam's table (ktcp/protocol.h) out of a session class, so that a
// protocol is written as a class with methods and never sees a void pointer.
#pragma once

#include "base/place.hh"
#include "ktcp/protocol.h"

namespace ktcp {

// Named functions rather than lambdas: ftrace and profiles show these names.
template <class Session> struct ProtocolTable {
    static Session& self(void* session) { return *static_cast<Session*>(session); }
    static const Session& self(const void* session) {
        return *static_cast<const Session*>(session);
    }

    static ktcp_verdict open(void* session, void* host, const void* config, const ktcp_now* now) {
        auto* typed = static_cast<const typename Session::Config*>(config);
        return (new (Place{session}) Session(host, typed))->open(*now);
    }
    static ktcp_space receive_space(void* s) { return self(s).receive_space(); }
    static ktcp_verdict received(void* s, size_t n, const ktcp_now* now) {
        return self(s).received(n, *now);
    }
    static ktcp_verdict end_of_input(void* s, const ktcp_now* now) {
        return self(s).end_of_input(*now);
    }
    static unsigned output(const void* s, ktcp_segment* segments) {
        return self(s).output(segments);
    }
    static bool ends_after_output(const void* s) { return self(s).ends_after_output(); }
    static ktcp_verdict sent(void* s, uint64_t n, const ktcp_now* now) {
        return self(s).sent(n, *now);
    }
    static ktcp_resource_request resource_request(const void* s) {
        return self(s).resource_request();
    }
    static ktcp_verdict resource(void* s, const ktcp_resource* resource, const ktcp_now* now) {
        return self(s).resource(*resource, *now);
    }
    static ktcp_verdict resource_failed(void* s) { return self(s).resource_failed(); }
    static ktcp_verdict entry(void* s, const ktcp_entry* entry, const ktcp_now* now) {
        return self(s).entry(*entry, *now);
    }
    static ktcp_verdict end_of_entries(void* s, ktcp_resource_status end, const ktcp_now* now) {
        return self(s).end_of_entries(end, *now);
    }
    static ktcp_time deadline(const void* s) { return self(s).deadline(); }
    static ktcp_verdict expired(void* s, uint64_t acknowledged, const ktcp_now* now) {
        return self(s).expired(acknowledged, *now);
    }
    static ktcp_verdict drain(void* s, const ktcp_now* now) { return self(s).drain(*now); }
    static void close(void* s) { self(s).close(); }

    // What hosts that keep answers ask for, beside any session.
    template <class S = Session>
    static size_t describe(const void* config, const ktcp_resource_request* request,
                           const ktcp_resource* resource, const ktcp_now* now, char* place) {
        return S::describe(*static_cast<const typename S::Config*>(config), *request, *resource,
                           *now, place);
    }
    template <class S = Session>
    static bool compressible(const ktcp_resource_request* request, const ktcp_resource* resource) {
        return S::compressible(*request, *resource);
    }
    template <class S = Session> static bool render_open(void* rendering, void* host,
                                                         const void* config,
                                                         const ktcp_resource_request* request) {
        return (new (Place{rendering}) typename S::Rendering)
            ->open(host, *static_cast<const typename S::Config*>(config), *request);
    }
    template <class S = Session> static bool render_entry(void* r, const ktcp_entry* entry) {
        return static_cast<typename S::Rendering*>(r)->entry(*entry);
    }
    template <class S = Session> static size_t render_read(void* r, void* place, size_t size) {
        return static_cast<typename S::Rendering*>(r)->read(static_cast<char*>(place), size);
    }
    template <class S = Session> static void render_close(void* r) {
        static_cast<typename S::Rendering*>(r)->close();
    }

    static constexpr ktcp_protocol make(const char* name) {
        ktcp_protocol table = {};
        table.name = name;
        table.session_size = sizeof(Session);
        table.session_align = alignof(Session);
        table.open = open;
        table.receive_space = receive_space;
        table.received = received;
        table.end_of_input = end_of_input;
        table.output = output;
        table.ends_after_output = ends_after_output;
        table.sent = sent;
        if constexpr (requires(const Session& s) { s.resource_request(); }) {
            table.resource_request = resource_request;
            table.resource = resource;
            table.resource_failed = resource_failed;
            table.entry = entry;
            table.end_of_entries = end_of_entries;
            table.describe = describe<Session>;
            table.compressible = compressible<Session>;
            static_assert(alignof(typename Session::Rendering) <= 16);
            table.rendering_size = sizeof(typename Session::Rendering);
            table.render_open = render_open<Session>;
            table.render_entry = render_entry<Session>;
            table.render_read = render_read<Session>;
            table.render_close = render_close<Session>;
        }
        table.deadline = deadline;
        table.expired = expired;
        table.drain = drain;
        table.close = close;
        return table;
    }
};

} // namespace ktcp
