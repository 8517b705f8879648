// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A host in a few lines, in which time, memory and the network do what a test says.
// It drives one session and checks that both sides keep to the seam's rules
// (ktcp/protocol.h); what breaks one throws std::runtime_error.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ktcp/os.h"
#include "ktcp/protocol.h"
#include "support/document_tree.hh"

namespace ktcp::test {

// How the world treats a session.
struct World {
    static constexpr size_t no_limit = std::numeric_limits<size_t>::max();

    size_t send_limit = no_limit; // the most that one send takes
    bool send_first = false;      // at WANT_BOTH; otherwise receive first
    bool speculative = false;     // ask for space when there is nothing to receive
    size_t buffers_until_oom = no_limit;
    size_t spares = no_limit; // spare buffers lent at a time
    ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH;
    // As a host does that keeps what it found: resources come with what describe() wrote
    // of them, and directories as their rendering, if there is memory to make it.
    bool keeps = false;
    // Faults of the file system.
    ktcp_resource_status lookup_fault = ktcp_resource_status(0); // instead of an answer
    uint64_t readable = std::numeric_limits<uint64_t>::max();    // bytes of any file
    size_t readable_entries = no_limit;                          // of any directory
    // The call of a host's service, counted from 1, that fails once: a buffer, a spare one, a
    // look-up, a head to be kept, memory for a rendering, a read of a file or of an entry. 0: none.
    size_t failing_call = 0;
    bool unsettled = false; // files were changed just now, see ktcp_resource
    // What the peer's TCP is said to have taken; no_limit: all that was sent.
    size_t acknowledged = no_limit;
};

class ScriptedHost {
public:
    enum class End { open, fin, reset };

    // By the number of the root in a resource request.
    using Roots = std::vector<const DocumentTree*>;

    ScriptedHost(const ktcp_protocol& protocol, const void* config, Roots roots, World world = {});
    ~ScriptedHost();
    ScriptedHost(const ScriptedHost&) = delete;
    ScriptedHost& operator=(const ScriptedHost&) = delete;

    // Each drives the session until only more input, or time, could move it.
    void receive(std::string_view bytes);
    void end_of_input();
    void advance(uint64_t milliseconds);
    void drain();
    // How many more bytes the peer will take; World::no_limit at the beginning.
    void set_window(size_t bytes);
    void set_acknowledged(size_t bytes) { world_.acknowledged = bytes; }
    // The peer's reset: the session is closed whatever it was doing.
    void close();

    const std::string& sent() const { return sent_; }
    // As the peer sees it: a lingering session has sent its FIN.
    End end() const { return end_; }
    bool lingers() const { return end_ == End::fin && session_open_; }
    size_t buffers() const { return buffers_.size(); }
    size_t spares() const { return spares_.size(); }
    bool holds_resource() const { return resource_ != nullptr; }
    // Has the call come that World::failing_call names?
    bool failed_once() const { return world_.failing_call != 0 && calls_ >= world_.failing_call; }
    uint64_t count(ktcp_counter counter) const { return counters_[counter]; }
    ktcp_time deadline() const;
    int64_t unix_seconds() const { return now_.unix_seconds; }
    const std::vector<std::string>& requested() const { return requested_; }

    // ktcp_os_*()
    void* acquire();
    void release(void* buffer) { take_back(buffers_, buffer); }
    void* acquire_spare();
    void release_spare(void* buffer) { take_back(spares_, buffer); }
    void release_resource();
    void count_one(ktcp_counter counter) { counters_[counter]++; }

private:
    bool fails() { return ++calls_ == world_.failing_call; }
    void drive();
    void deliver();
    void send();
    static void* lend(std::set<void*>& from);
    void take_back(std::set<void*>& from, void* buffer);
    void look_up();
    void choose_coding(const ktcp_resource_request& request, ktcp_resource& answer);
    void describe(const ktcp_resource_request& request, ktcp_resource& answer);
    bool render(const ktcp_resource_request& request);
    ktcp_entry entry_of(const std::string& name);
    void list();
    void finish(End how);
    size_t take(const ktcp_segment& segment, size_t most);
    static void require(bool holds, const char* rule);

    const ktcp_protocol& protocol_;
    const void* const config_;
    const Roots roots_;
    World world_;
    void* session_;
    bool session_open_ = false;
    size_t window_ = World::no_limit;
    ktcp_verdict verdict_{};
    ktcp_now now_;
    End end_ = End::open;
    std::string_view input_;
    std::string sent_;
    std::set<void*> buffers_;
    std::set<void*> spares_;
    size_t acquired_ = 0;
    size_t calls_ = 0;                   // of services
    const DocumentTree* tree_ = nullptr; // of the current resource
    const Node* resource_ = nullptr;
    std::string_view bytes_; // of the current file, as coded; or of the rendering
    bool rendered_ = false;  // resource_ is a directory, and comes so
    std::string rendering_;
    std::unique_ptr<char[]> description_; // of the current resource, or null
    std::string resource_path_;
    std::vector<std::string> entries_;
    size_t next_entry_ = 0;
    std::vector<std::string> requested_;
    uint64_t counters_[KTCP_COUNTER_COUNT] = {};
    uint64_t steps_ = 0;
    // Found inside a ktcp_os_*() call, where the engine could not bear a throw.
    const char* fault_ = nullptr;
};

} // namespace ktcp::test
