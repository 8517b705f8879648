// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_protocol.hh"

#include "base/protocol_table.hh"
#include "ktcp/os.h"

#include <string>

namespace ktcp::user::testing {
namespace {

class FileSession {
public:
    using Config = FileProtocolRecord;

    // The seam says const; only these tests write to it, in one thread.
    FileSession(void* host, const Config* record)
        : host_(host), record_(*const_cast<Config*>(record)) {}

    ktcp_verdict open(const ktcp_now& now) {
        ++record_.opened;
        return patient(now, KTCP_WANT_RECEIVE);
    }
    ktcp_space receive_space() {
        if (record_.without_buffer)
            return {nullptr, 0};
        return {input_, sizeof input_};
    }
    ktcp_verdict received(size_t n, const ktcp_now& now) {
        names_.append(input_, n);
        return patient(now, next());
    }
    ktcp_verdict end_of_input(const ktcp_now& now) {
        ++record_.ended;
        ended_ = true;
        return patient(now, busy() ? verdict_ : next());
    }
    unsigned output(ktcp_segment* segments) const {
        unsigned count = 0;
        if (before_ < front_.size())
            segments[count++] = {front_.data() + before_, 0, front_.size() - before_};
        if (at_ < size_)
            segments[count++] = {nullptr, at_, size_ - at_};
        if (after_ < back_size())
            segments[count++] = {back_ + after_, 0, back_size() - after_};
        return count;
    }
    bool ends_after_output() const {
        return ended_ && !listing_ && names_.find('\n') == std::string::npos;
    }
    ktcp_verdict sent(uint64_t n, const ktcp_now& now) {
        uint64_t part = std::min<uint64_t>(n, front_.size() - before_);
        before_ += part;
        n -= part;
        part = std::min(n, size_ - at_);
        at_ += part;
        n -= part;
        after_ += n;
        if (before_ < front_.size() || at_ < size_ || after_ < back_size())
            return patient(now, KTCP_WANT_SEND);
        front_.clear();
        before_ = at_ = size_ = after_ = 0;
        if (listing_)
            return patient(now, KTCP_WANT_ENTRIES);
        release();
        return patient(now, next());
    }
    ktcp_resource_request resource_request() const {
        return {name_.c_str(), name_.size(), 0, 0, {}};
    }
    ktcp_verdict resource(const ktcp_resource& resource, const ktcp_now& now) {
        has_resource_ = resource.status <= KTCP_RESOURCE_DIRECTORY;
        listing_ = resource.status == KTCP_RESOURCE_DIRECTORY;
        if (resource.status == KTCP_RESOURCE_FILE) {
            front_ = "<";
            size_ = resource.size;
            if (size_ == 0)
                front_ = "<>\n";
        } else {
            front_ = listing_ ? "[" : std::to_string(resource.status) + "\n";
        }
        return patient(now, KTCP_WANT_SEND);
    }
    ktcp_verdict resource_failed() {
        ++record_.failed;
        return KTCP_ABORT;
    }
    ktcp_verdict entry(const ktcp_entry& entry, const ktcp_now& now) {
        front_ = std::string(entry.name, entry.name_size) + "\n";
        return patient(now, KTCP_WANT_SEND);
    }
    ktcp_verdict end_of_entries(ktcp_resource_status end, const ktcp_now& now) {
        listing_ = false;
        front_ = end == KTCP_RESOURCE_DIRECTORY ? "]\n" : "!\n";
        return patient(now, KTCP_WANT_SEND);
    }
    ktcp_time deadline() const { return deadline_; }
    ktcp_verdict expired(uint64_t, const ktcp_now& now) {
        ++record_.expired;
        return patient(now, record_.when_expired);
    }
    ktcp_verdict drain(const ktcp_now& now) {
        ++record_.drained;
        ended_ = true;
        names_.clear();
        return patient(now, busy() ? verdict_ : next());
    }
    // What the host keeps: nothing that it would not find anew.
    static size_t describe(const Config&, const ktcp_resource_request&, const ktcp_resource&,
                           const ktcp_now&, char*) {
        return 0;
    }
    static bool compressible(const ktcp_resource_request&, const ktcp_resource&) { return false; }
    struct Rendering {
        bool open(void*, const Config&, const ktcp_resource_request&) { return false; }
        bool entry(const ktcp_entry&) { return false; }
        size_t read(char*, size_t) { return 0; }
        void close() {}
    };

    void close() {
        ++record_.closed;
        release();
        this->~FileSession();
    }

private:
    uint64_t back_size() const { return size_ == 0 || record_.without_back ? 0 : 2; }
    bool busy() const { return verdict_ != KTCP_WANT_RECEIVE && verdict_ != 0; }
    ktcp_verdict next() {
        size_t line = names_.find('\n');
        if (line == std::string::npos)
            return ended_ ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
        name_ = names_.substr(0, line);
        names_.erase(0, line + 1);
        return KTCP_WANT_RESOURCE;
    }
    void release() {
        if (has_resource_)
            ktcp_os_resource_release(host_);
        has_resource_ = false;
    }
    ktcp_verdict patient(const ktcp_now& now, ktcp_verdict verdict) {
        deadline_ = record_.patience == KTCP_NEVER ? KTCP_NEVER : now.monotonic + record_.patience;
        return verdict_ = verdict;
    }

    void* host_;
    FileProtocolRecord& record_;
    ktcp_verdict verdict_{};
    ktcp_time deadline_ = KTCP_NEVER;
    bool ended_ = false, has_resource_ = false, listing_ = false;
    std::string names_, name_, front_;
    const char* back_ = ">\n";
    uint64_t before_ = 0, at_ = 0, size_ = 0, after_ = 0; // of front, file and back
    char input_[256];
};

} // namespace

const ktcp_protocol file_protocol = ProtocolTable<FileSession>::make("file");

} // namespace ktcp::user::testing
