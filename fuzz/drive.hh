// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A host for fuzzing: the input decides what the client sends, how it is cut, how
// short sends are, when time jumps, and when memory ends. It checks that a session
// keeps to the seam (ktcp/protocol.h), and shows what goes in and out to a Peer.
#pragma once

#include "input.hh"
#include "ktcp/protocol.h"
#include "os_stub.hh"
#include "require.hh"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ktcp::fuzz {

// Who is at the other end, and what is on the disk.
class Peer {
public:
    virtual ~Peer() = default;

    virtual void delivered(std::string_view bytes) = 0; // to the session
    virtual void arrived(std::string_view bytes) = 0;   // from it
    virtual void time_ran_out() {}
    virtual void drained() {}
    // By the session, or by this host, who gives up a client that takes too much.
    virtual void ended(ktcp_verdict verdict, bool input_ended, const test::OsStub& os) = 0;
    // Has the session answered all that was delivered?
    virtual bool owes_nothing() const { return false; }
    virtual void at(const ktcp_now&) {}

    virtual ktcp_resource look_up(const ktcp_resource_request&, Input&) { return {}; }
    // What was looked up last comes as this rendering, or this coding of it.
    virtual void rendered(const ktcp_resource&) {}
    virtual bool next_entry(ktcp_entry&) { return false; }
    virtual void first_entry() {} // is the next one again
    virtual bool entries_complete() { return true; }
    virtual void read_resource(uint64_t, char* out, size_t n) { std::memset(out, 0, n); }
};

// A byte of a rendering in its coded form, and the other way round.
inline char turned(char c, uint8_t coding) {
    return coding == KTCP_CODING_IDENTITY ? c : static_cast<char>(c ^ (coding << 3));
}

// A session, and where it is.
class Drive {
public:
    // `keeps`: as a host that keeps what it found, with its description and rendering.
    Drive(const ktcp_protocol& protocol, const void* config, Input input, Peer& peer,
          bool keeps = false)
        : protocol_(protocol), config_(config), input_(input), peer_(peer), keeps_(keeps),
          memory_(std::make_unique<char[]>(protocol.session_size)), session_(memory_.get()) {
        const uint8_t scarcity = input_.decide();
        os_.buffers_left = scarcity % 8 != 7 ? 2 : scarcity / 8 % 3;
        os_.spares_left = scarcity / 32 % 2 ? scarcity / 64 : 1000;
        scarce_ = os_.buffers_left < 2;
        verdict_ = protocol.open(session_, &os_, config, &now_);
    }

    // Until the session ends, the input is used up, or the client has had enough.
    void run() {
        peer_.at(now_);
        while (verdict_ != KTCP_CLOSE && verdict_ != KTCP_ABORT && steps_++ < 20000) {
            const bool receiving = verdict_ == KTCP_WANT_RECEIVE || verdict_ == KTCP_SHUTDOWN;
            if ((receiving && input_ended_) || bytes_sent_ > enough)
                break;
            step();
            if (os_.resources == 0)
                description_.reset();
            check(os_.buffers <= 2, "more than two buffers");
            if (verdict_ == KTCP_WANT_RECEIVE && peer_.owes_nothing())
                check(os_.buffers == 0 && os_.spares == 0 && os_.resources == 0,
                      "an idle session holds something");
        }
        if (verdict_ == KTCP_ABORT)
            check(scarce_ || may_abort_, "an abort without a reason");
        peer_.ended(verdict_, input_ended_, os_);
        protocol_.close(session_);
        check(os_.buffers == 0 && os_.spares == 0 && os_.resources == 0, "not given back");
    }

private:
    static constexpr uint64_t enough = 128 * 1024;
    // Take all there is, and send all there is.
    static constexpr uint8_t plain_step = 0x31;

    void step() {
        const uint8_t choice = input_.decide(plain_step);
        pass_time((choice & 7) == 0 ? KTCP_SECOND * (choice >> 3) : 1);
        if (verdict_ == KTCP_WANT_RESOURCE)
            return look_up();
        if (verdict_ == KTCP_WANT_ENTRIES)
            return list();
        if (choice == 255) {
            peer_.drained();
            verdict_ = protocol_.drain(session_, &now_);
        } else if (protocol_.deadline(session_) <= now_.monotonic) {
            peer_.time_ran_out();
            may_abort_ = true;
            // Of what was sent, some more may have been acknowledged, or nothing.
            if (input_.decide() & 1)
                acknowledged_ = bytes_sent_;
            verdict_ = protocol_.expired(session_, acknowledged_, &now_);
        } else if (verdict_ == KTCP_WANT_SEND ||
                   (verdict_ == KTCP_WANT_BOTH && ((choice & 1) == 0 || input_ended_))) {
            send(choice);
        } else {
            receive(choice);
        }
    }

    void pass_time(ktcp_time nanoseconds) {
        now_.monotonic += nanoseconds;
        now_.unix_seconds = start + static_cast<int64_t>(now_.monotonic / KTCP_SECOND);
        peer_.at(now_);
    }

    // A path must be what ktcp_resource_request promises.
    void look_up() {
        const ktcp_resource_request request = protocol_.resource_request(session_);
        check(std::strlen(request.path) == request.size && request.size < 4096, "size of a path");
        check(request.size == 0 ||
                  (request.path[0] != '/' && request.path[request.size - 1] != '/'),
              "a slash at the end of a path", request.path);
        check(os_.resources == 0, "a second resource");
        ktcp_resource resource = peer_.look_up(request, input_);
        rendered_ = keeps_ && resource.status == KTCP_RESOURCE_DIRECTORY &&
                    request.rendering != 0 && render(request, resource);
        std::unique_ptr<char[]> description;
        if (keeps_)
            description = describe(request, resource);
        if (resource.status <= KTCP_RESOURCE_DIRECTORY)
            os_.resources++;
        verdict_ = protocol_.resource(session_, &resource, &now_);
        description_ = std::move(description);
    }

    // Hosts may keep what is not there as well, of which there is nothing to be said.
    std::unique_ptr<char[]> describe(const ktcp_resource_request& request,
                                     ktcp_resource& resource) {
        const auto room = std::make_unique<char[]>(KTCP_DESCRIPTION_MAX);
        const size_t size = protocol_.describe(config_, &request, &resource, &now_, room.get());
        check(size <= KTCP_DESCRIPTION_MAX, "a description beyond its room");
        check(size == 0 || resource.status == KTCP_RESOURCE_FILE || resource.rendered,
              "a description of nothing");
        check(!resource.rendered || (size != 0 && protocol_.compressible(&request, &resource)),
              "a rendering is text, and never lacks a description");
        if (size == 0)
            return nullptr;
        // Exact, so that ASan sees the end.
        auto description = std::make_unique<char[]>(size);
        std::memcpy(description.get(), room.get(), size);
        resource.head = description.get();
        resource.head_size = static_cast<uint32_t>(size);
        return description;
    }

    // Into rendering_, maybe in a coding, whose bytes are those of the text, each turned
    // around by the coding's number.
    bool render(const ktcp_resource_request& request, ktcp_resource& resource) {
        const uint8_t choice = input_.decide();
        if (choice % 4 == 3)
            return false; // the host has no room for it
        const auto memory = std::make_unique<std::max_align_t[]>(protocol_.rendering_size / 16 + 1);
        std::memset(memory.get(), 0xa5, protocol_.rendering_size);
        bool made = protocol_.render_open(memory.get(), &os_, config_, &request);
        ktcp_entry entry = {};
        while (made && peer_.next_entry(entry)) {
            const auto name = std::make_unique<char[]>(entry.name_size);
            std::memcpy(name.get(), entry.name, entry.name_size);
            entry.name = name.get();
            made = protocol_.render_entry(memory.get(), &entry);
        }
        made = made && peer_.entries_complete();
        rendering_.clear();
        const size_t step = KTCP_RENDERING_STEP + choice / 4 % 8;
        while (made) {
            const auto place = std::make_unique<char[]>(step);
            const size_t n = protocol_.render_read(memory.get(), place.get(), step);
            check(n <= step, "more than there is room for");
            if (n == 0)
                break;
            rendering_.append(place.get(), n);
        }
        protocol_.render_close(memory.get());
        check(os_.spares == 0 && os_.buffers <= 2, "a rendering that is closed holds something");
        peer_.first_entry();
        if (!made)
            return false;
        resource.rendered = true;
        resource.size = rendering_.size();
        resource.varies = choice >= 64;
        resource.coding = KTCP_CODING_IDENTITY;
        if (choice >= 128 && request.codings[0] != KTCP_CODING_END)
            resource.coding = request.codings[0];
        for (char& c : rendering_)
            c = turned(c, resource.coding);
        peer_.rendered(resource);
        return true;
    }

    void list() {
        check(os_.resources == 1 && !rendered_, "entries of no directory");
        ktcp_entry entry = {};
        if (peer_.next_entry(entry)) {
            // Exact, so that ASan sees the end.
            const auto name = std::make_unique<char[]>(entry.name_size);
            std::memcpy(name.get(), entry.name, entry.name_size);
            entry.name = name.get();
            verdict_ = protocol_.entry(session_, &entry, &now_);
            return;
        }
        const bool complete = peer_.entries_complete();
        may_abort_ |= !complete;
        verdict_ = protocol_.end_of_entries(
            session_, complete ? KTCP_RESOURCE_DIRECTORY : KTCP_RESOURCE_FAILED, &now_);
    }

    void receive(uint8_t choice) {
        check(!(shut_down_ && verdict_ == KTCP_SHUTDOWN), "a second FIN");
        shut_down_ |= verdict_ == KTCP_SHUTDOWN;
        if (input_.client_done() && !input_ended_) {
            input_ended_ = true;
            verdict_ = protocol_.end_of_input(session_, &now_);
            return;
        }
        const ktcp_space space = protocol_.receive_space(session_);
        if (!space.data) {
            check(scarce_, "no space, though there is memory");
            verdict_ = KTCP_ABORT;
            return;
        }
        check(space.size > 0, "an empty space");
        // All there is; or what a client sends that waits for the answer; or a little.
        size_t piece = space.size;
        if ((choice & 16) == 0)
            piece = 1 + (choice >> 5);
        else if (choice & 128)
            piece = std::min(piece, input_.head_size());
        const size_t n = choice == 8 ? 0 : input_.take(space.data, piece);
        peer_.delivered({static_cast<const char*>(space.data), n});
        verdict_ = protocol_.received(session_, n, &now_);
    }

    void send(uint8_t choice) {
        ktcp_segment segments[KTCP_SEGMENTS_MAX];
        const unsigned count = protocol_.output(session_, segments);
        check(count >= 1 && count <= KTCP_SEGMENTS_MAX, "number of segments");
        if (choice == 64 && os_.resources) {
            may_abort_ = true;
            verdict_ = protocol_.resource_failed(session_);
            return;
        }
        uint64_t total = 0;
        for (unsigned i = 0; i < count; i++) {
            check(segments[i].size > 0, "an empty segment");
            check(segments[i].data || os_.resources == 1, "a segment of no resource");
            check(segments[i].size <= UINT64_MAX - total, "more than fits into a number");
            total += segments[i].size;
        }
        const bool ends = protocol_.ends_after_output(session_);
        uint64_t n = choice & 32 ? total : 1 + choice % (total < 200 ? total : 200);
        n = n < at_once ? n : at_once;
        show(segments, n);
        bytes_sent_ += n;
        verdict_ = protocol_.sent(session_, n, &now_);
        if (ends && n == total)
            check(verdict_ == KTCP_CLOSE || verdict_ == KTCP_SHUTDOWN, "no end after output");
    }

    void show(const ktcp_segment* segment, uint64_t n) {
        std::string bytes;
        bytes.reserve(static_cast<size_t>(n));
        for (; n != 0; segment++) {
            const uint64_t part = segment->size < n ? segment->size : n;
            const auto size = static_cast<size_t>(part);
            if (segment->data) {
                bytes.append(static_cast<const char*>(segment->data), size);
            } else if (rendered_) {
                check(segment->offset <= rendering_.size() &&
                          part <= rendering_.size() - segment->offset,
                      "more than a rendering has");
                bytes.append(rendering_, segment->offset, size);
            } else {
                bytes.resize(bytes.size() + size);
                peer_.read_resource(segment->offset, &bytes[bytes.size() - size], size);
            }
            n -= part;
        }
        peer_.arrived(bytes);
    }

    static constexpr uint64_t at_once = 64 * 1024;
    static constexpr int64_t start = 784111777;

    const ktcp_protocol& protocol_;
    const void* const config_;
    Input input_;
    Peer& peer_;
    const bool keeps_;
    bool rendered_ = false; // the current resource is
    std::string rendering_;
    std::unique_ptr<char[]> description_; // of the current resource
    test::OsStub os_;
    std::unique_ptr<char[]> memory_;
    void* session_;
    ktcp_verdict verdict_;
    ktcp_now now_ = {KTCP_SECOND, start};
    uint64_t bytes_sent_ = 0;
    uint64_t acknowledged_ = 0;
    int steps_ = 0;
    bool scarce_ = false;    // of memory
    bool may_abort_ = false; // there is another reason to
    bool input_ended_ = false;
    bool shut_down_ = false;
};

} // namespace ktcp::fuzz
