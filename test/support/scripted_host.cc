// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/scripted_host.hh"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

namespace ktcp::test {

namespace {

// Far more steps than any case needs: only a session that goes in circles gets here.
constexpr uint64_t most_steps = 50'000'000;
constexpr size_t most_rendered = 64 * 1024 * 1024;
constexpr int64_t start_of_time = 1'753'000'000;

} // namespace

void ScriptedHost::require(bool holds, const char* rule) {
    if (!holds)
        throw std::runtime_error(std::string("the seam's rules are broken: ") + rule);
}

ScriptedHost::ScriptedHost(const ktcp_protocol& protocol, const void* config, Roots roots,
                           World world)
    : protocol_(protocol), config_(config), roots_(std::move(roots)),
      world_(world), now_{KTCP_SECOND, start_of_time} {
    size_t align = std::max(protocol.session_align, sizeof(void*));
    require(align <= 64 && (align & (align - 1)) == 0, "session_align");
    session_ = std::aligned_alloc(align, (protocol.session_size + align - 1) / align * align);
    // A session must not rely on zeroed memory.
    memset(session_, 0xa5, protocol.session_size);
    session_open_ = true;
    verdict_ = protocol_.open(session_, this, config, &now_);
    drive();
}

ScriptedHost::~ScriptedHost() {
    if (session_open_)
        protocol_.close(session_);
    std::free(session_);
    for (const auto* lent : {&buffers_, &spares_})
        for (void* buffer : *lent)
            std::free(buffer);
}

void* ScriptedHost::lend(std::set<void*>& from) {
    void* buffer = std::aligned_alloc(16, KTCP_BUFFER_SIZE);
    memset(buffer, 0x5a, KTCP_BUFFER_SIZE);
    from.insert(buffer);
    return buffer;
}

void ScriptedHost::take_back(std::set<void*>& from, void* buffer) {
    if (from.erase(buffer) != 1)
        fault_ = "a buffer is given back that was not lent";
    else
        std::free(buffer); // so that a later use is a fault that ASan reports
}

void* ScriptedHost::acquire() {
    if (fails())
        return nullptr;
    return acquired_++ < world_.buffers_until_oom ? lend(buffers_) : nullptr;
}

void* ScriptedHost::acquire_spare() {
    if (fails())
        return nullptr;
    return spares_.size() < world_.spares ? lend(spares_) : nullptr;
}

void ScriptedHost::release_resource() {
    if (!resource_)
        fault_ = "ktcp_os_resource_release() without a resource";
    resource_ = nullptr;
    rendered_ = false;
    // So that a later look at it is a fault that ASan reports.
    description_.reset();
}

void ScriptedHost::receive(std::string_view bytes) {
    input_ = bytes;
    drive();
    require(input_.empty() || !session_open_ || window_ == 0, "input was left unread");
    input_ = {};
}

void ScriptedHost::end_of_input() {
    if (!session_open_)
        return;
    verdict_ = protocol_.end_of_input(session_, &now_);
    drive();
}

void ScriptedHost::drain() {
    if (!session_open_)
        return;
    verdict_ = protocol_.drain(session_, &now_);
    drive();
}

void ScriptedHost::set_window(size_t bytes) {
    window_ = bytes;
    drive();
}

void ScriptedHost::close() {
    if (session_open_)
        finish(End::reset);
}

ktcp_time ScriptedHost::deadline() const {
    return session_open_ ? protocol_.deadline(session_) : KTCP_NEVER;
}

void ScriptedHost::advance(uint64_t milliseconds) {
    ktcp_now origin = now_;
    ktcp_time target = now_.monotonic + milliseconds * KTCP_MILLISECOND;
    auto move_to = [&](ktcp_time when) {
        now_.monotonic = std::max(when, now_.monotonic);
        now_.unix_seconds = origin.unix_seconds +
                            static_cast<int64_t>((now_.monotonic - origin.monotonic) / KTCP_SECOND);
    };
    for (int fired = 0; session_open_ && deadline() <= target; fired++) {
        require(fired < 1000, "deadline() does not move after expired()");
        move_to(deadline());
        verdict_ = protocol_.expired(session_, std::min(sent_.size(), world_.acknowledged), &now_);
        drive();
    }
    move_to(target);
}

void ScriptedHost::finish(End how) {
    protocol_.close(session_);
    session_open_ = false;
    if (end_ == End::open)
        end_ = how;
    require(!fault_, fault_);
    require(buffers_.empty() && spares_.empty(), "a closed session keeps a buffer");
    require(resource_ == nullptr, "a closed session keeps a resource");
}

void ScriptedHost::drive() {
    bool guessed = false;
    while (session_open_) {
        require(++steps_ < most_steps, "the session goes in circles");
        require(!fault_, fault_);
        switch (verdict_) {
        case KTCP_SHUTDOWN:
            require(end_ == End::open, "SHUTDOWN twice");
            end_ = End::fin;
            verdict_ = KTCP_WANT_RECEIVE;
            break;
        case KTCP_WANT_RECEIVE:
            if (!input_.empty()) {
                deliver();
            } else if (world_.speculative && !guessed) {
                guessed = true;
                deliver();
            } else {
                return;
            }
            break;
        case KTCP_WANT_BOTH:
            if (!input_.empty() && (window_ == 0 || !world_.send_first))
                deliver();
            else if (window_ != 0)
                send();
            else
                return;
            break;
        case KTCP_WANT_SEND:
            if (window_ == 0)
                return;
            send();
            break;
        case KTCP_WANT_RESOURCE:
            look_up();
            break;
        case KTCP_WANT_ENTRIES:
            list();
            break;
        case KTCP_CLOSE:
            finish(End::fin);
            break;
        case KTCP_ABORT:
            finish(End::reset);
            break;
        default:
            require(false, "a verdict that does not exist");
        }
    }
}

void ScriptedHost::deliver() {
    ktcp_space space = protocol_.receive_space(session_);
    if (!space.data || space.size == 0)
        return finish(End::reset);
    ktcp_space again = protocol_.receive_space(session_);
    require(again.data == space.data && again.size == space.size,
            "receive_space() changes before received()");
    size_t n = std::min(space.size, input_.size());
    if (n) // a guess brings nothing
        memcpy(space.data, input_.data(), n);
    input_.remove_prefix(n);
    verdict_ = protocol_.received(session_, n, &now_);
}

void ScriptedHost::send() {
    require(end_ == End::open, "output after FIN");
    ktcp_segment segments[KTCP_SEGMENTS_MAX], again[KTCP_SEGMENTS_MAX];
    unsigned count = protocol_.output(session_, segments);
    require(count >= 1 && count <= KTCP_SEGMENTS_MAX, "output() lists 1 to KTCP_SEGMENTS_MAX");
    require(protocol_.output(session_, again) == count, "output() changes by itself");

    size_t taken = 0, limit = std::min(world_.send_limit, window_);
    for (unsigned i = 0; i < count; i++) {
        require(segments[i].size > 0, "an empty segment");
        require(again[i].data == segments[i].data && again[i].offset == segments[i].offset &&
                    again[i].size == segments[i].size,
                "output() changes by itself");
        size_t most = std::min<size_t>(segments[i].size, limit - taken);
        size_t got = take(segments[i], most);
        taken += got;
        if (got < segments[i].size)
            break;
    }
    if (window_ != World::no_limit)
        window_ -= taken;
    verdict_ = taken ? protocol_.sent(session_, taken, &now_) : protocol_.resource_failed(session_);
}

// How much of the segment "TCP" took; 0 only where the resource cannot be read.
size_t ScriptedHost::take(const ktcp_segment& segment, size_t most) {
    if (segment.data) {
        require(segment.offset == 0, "a memory segment has no offset");
        sent_.append(static_cast<const char*>(segment.data), most);
        return most;
    }
    require(resource_ && (resource_->kind == Node::Kind::file || rendered_),
            "a range without a file");
    require(segment.offset <= bytes_.size() && segment.size <= bytes_.size() - segment.offset,
            "a range beyond the file's end");
    if (fails())
        return 0;
    uint64_t end = segment.offset + most;
    if (!rendered_)
        end = std::min(end, world_.readable);
    size_t n = end > segment.offset ? end - segment.offset : 0;
    sent_.append(bytes_, segment.offset, n);
    return n;
}

void ScriptedHost::look_up() {
    require(!resource_, "a resource is asked for while there is one");
    ktcp_resource_request request = protocol_.resource_request(session_);
    require(request.path[request.size] == '\0' && strlen(request.path) == request.size,
            "the path must end in NUL and contain none");
    std::string path(request.path, request.size);
    std::string framed = "/" + path + "/";
    if (!path.empty())
        for (const char* never : {"//", "/./", "/../"})
            require(framed.find(never) == framed.npos, "an empty, '.' or '..' segment");
    requested_.push_back(path);

    require(request.root < roots_.size(), "a root that the host does not have");
    tree_ = roots_[request.root];
    require(tree_, "a root that the host does not have");
    bool refused = false;
    const Node* node = tree_->resolve(path, refused, world_.symlinks);
    ktcp_resource answer{};
    answer.status = KTCP_RESOURCE_FORBIDDEN;
    if (world_.lookup_fault)
        answer.status = world_.lookup_fault;
    else if (fails())
        answer.status = KTCP_RESOURCE_FAILED;
    else if (!node && !refused)
        answer.status = KTCP_RESOURCE_NOT_FOUND;
    else if (node && node->kind == Node::Kind::file)
        answer.status = KTCP_RESOURCE_FILE;
    else if (node && node->kind == Node::Kind::directory)
        answer.status = KTCP_RESOURCE_DIRECTORY;
    if (answer.status == KTCP_RESOURCE_FILE || answer.status == KTCP_RESOURCE_DIRECTORY) {
        resource_ = node;
        resource_path_ = path;
        if (answer.status == KTCP_RESOURCE_DIRECTORY) {
            entries_ = tree_->entries(path, world_.symlinks);
            next_entry_ = 0;
        }
        answer.modified_seconds = tree_->modified_seconds();
        answer.inode = node->inode;
        answer.unsettled = world_.unsettled && answer.status == KTCP_RESOURCE_FILE;
        choose_coding(request, answer);
        if (world_.keeps && answer.status == KTCP_RESOURCE_DIRECTORY && request.rendering != 0 &&
            render(request)) {
            answer.rendered = rendered_ = true;
            bytes_ = rendering_;
        }
        answer.size = bytes_.size();
        if (world_.keeps && !fails())
            describe(request, answer);
    }
    verdict_ = protocol_.resource(session_, &answer, &now_);
}

// The first coding asked for that the file is there in; else identity.
void ScriptedHost::choose_coding(const ktcp_resource_request& request, ktcp_resource& answer) {
    static const std::map<uint8_t, std::string> names = {{KTCP_CODING_GZIP, "gzip"},
                                                         {KTCP_CODING_DEFLATE, "deflate"},
                                                         {KTCP_CODING_BR, "br"},
                                                         {KTCP_CODING_ZSTD, "zstd"}};
    bytes_ = resource_->bytes;
    answer.coding = KTCP_CODING_IDENTITY;
    answer.varies = !resource_->coded.empty();
    bool ended = false, chosen = false;
    std::set<uint8_t> seen;
    for (uint8_t coding : request.codings) {
        ended = ended || coding == KTCP_CODING_END;
        require(ended == (coding == KTCP_CODING_END), "a coding behind KTCP_CODING_END");
        require(ended || seen.insert(coding).second, "a coding is asked for twice");
        auto name = names.find(coding);
        require(ended || coding == KTCP_CODING_IDENTITY || name != names.end(),
                "a coding that does not exist");
        if (ended || chosen)
            continue;
        if (coding == KTCP_CODING_IDENTITY) {
            chosen = true;
        } else if (auto form = resource_->coded.find(name->second);
                   form != resource_->coded.end()) {
            chosen = true;
            answer.coding = coding;
            bytes_ = form->second;
        }
    }
}

// The room that is promised, and no more, so that ASan sees what is written beyond it.
void ScriptedHost::describe(const ktcp_resource_request& request, ktcp_resource& answer) {
    std::unique_ptr<char[]> place(new char[KTCP_DESCRIPTION_MAX]),
        again(new char[KTCP_DESCRIPTION_MAX]);
    const size_t size = protocol_.describe(config_, &request, &answer, &now_, place.get());
    require(size <= KTCP_DESCRIPTION_MAX, "describe() writes more than there is room for");
    require(protocol_.describe(config_, &request, &answer, &now_, again.get()) == size &&
                memcmp(place.get(), again.get(), size) == 0,
            "describe() changes by itself");
    if (size == 0)
        return;
    description_.reset(new char[size]);
    memcpy(description_.get(), place.get(), size);
    answer.head = description_.get();
    answer.head_size = static_cast<uint32_t>(size);
}

// Into rendering_. False: the session must do with the entries.
bool ScriptedHost::render(const ktcp_resource_request& request) {
    if (fails())
        return false;
    const size_t entries = std::min(entries_.size(), world_.readable_entries);
    std::unique_ptr<void, void (*)(void*)> memory(
        std::aligned_alloc(16, (protocol_.rendering_size + 15) / 16 * 16), std::free);
    memset(memory.get(), 0xa5, protocol_.rendering_size);
    rendering_.clear();
    bool made = protocol_.render_open(memory.get(), this, config_, &request);
    for (size_t i = 0; made && i < entries; i++) {
        std::string name = entries_[i];
        const ktcp_entry entry = entry_of(name);
        made = !fails() && protocol_.render_entry(memory.get(), &entry);
        name.assign(name.size(), '!'); // it was valid during the call only
    }
    made = made && entries == entries_.size();
    while (made) {
        std::unique_ptr<char[]> place(new char[KTCP_RENDERING_STEP]);
        const size_t n = protocol_.render_read(memory.get(), place.get(), KTCP_RENDERING_STEP);
        require(n <= KTCP_RENDERING_STEP, "render_read() says more than there is room for");
        if (n == 0)
            break;
        rendering_.append(place.get(), n);
        require(rendering_.size() < most_rendered, "render_read() does not end");
    }
    protocol_.render_close(memory.get());
    require(!fault_, fault_);
    require(spares_.empty(), "render_close() keeps a buffer");
    return made;
}

// An entry of the current resource; a link is what it leads to, as long as it may be followed.
ktcp_entry ScriptedHost::entry_of(const std::string& name) {
    bool refused = false;
    const Node* node = tree_->resolve(resource_path_.empty() ? name : resource_path_ + "/" + name,
                                      refused, world_.symlinks);
    ktcp_entry entry{};
    entry.name = name.c_str();
    entry.name_size = static_cast<uint32_t>(name.size());
    entry.kind = !node                                 ? KTCP_ENTRY_OTHER
                 : node->kind == Node::Kind::file      ? KTCP_ENTRY_FILE
                 : node->kind == Node::Kind::directory ? KTCP_ENTRY_DIRECTORY
                                                       : KTCP_ENTRY_OTHER;
    if (node) {
        entry.modified_seconds = tree_->modified_seconds();
        entry.size = node->bytes.size();
    }
    return entry;
}

// One entry at a time, since each may make output that must be sent before the next.
void ScriptedHost::list() {
    require(resource_ && resource_->kind == Node::Kind::directory, "entries of no directory");
    require(!rendered_, "entries of what is rendered");
    if (fails()) {
        verdict_ = protocol_.end_of_entries(session_, KTCP_RESOURCE_FAILED, &now_);
        return;
    }
    if (next_entry_ == std::min(entries_.size(), world_.readable_entries)) {
        verdict_ = protocol_.end_of_entries(
            session_,
            next_entry_ == entries_.size() ? KTCP_RESOURCE_DIRECTORY : KTCP_RESOURCE_FAILED, &now_);
        return;
    }
    std::string& name = entries_[next_entry_++];
    const ktcp_entry entry = entry_of(name);
    verdict_ = protocol_.entry(session_, &entry, &now_);
    name.assign(name.size(), '!'); // it was valid during the call only
}

} // namespace ktcp::test

using ktcp::test::ScriptedHost;

void* ktcp_os_buffer_acquire(void* host) { return static_cast<ScriptedHost*>(host)->acquire(); }

void ktcp_os_buffer_release(void* host, void* buffer) {
    static_cast<ScriptedHost*>(host)->release(buffer);
}

void* ktcp_os_spare_acquire(void* host) {
    return static_cast<ScriptedHost*>(host)->acquire_spare();
}

void ktcp_os_spare_release(void* host, void* buffer) {
    static_cast<ScriptedHost*>(host)->release_spare(buffer);
}

void ktcp_os_resource_release(void* host) { static_cast<ScriptedHost*>(host)->release_resource(); }

void ktcp_os_count(void* host, ktcp_counter counter) {
    static_cast<ScriptedHost*>(host)->count_one(counter);
}
