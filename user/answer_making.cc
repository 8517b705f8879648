// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is not known is looked up, read, rendered, and kept if it can be.
#include "answer_cache.hh"
#include "listing_maker.hh"
#include "worker.hh"

#include <cstring>
#include <new>

namespace ktcp::user {

namespace {

Answer* new_answer(const ktcp_resource_request& request, uint32_t hash) noexcept {
    auto* answer = new (std::nothrow) Answer;
    if (!answer)
        return nullptr;
    answer->name.reset(new (std::nothrow) char[request.size + 1]);
    if (!answer->name) {
        delete answer;
        return nullptr;
    }
    std::memcpy(answer->name.get(), request.path, request.size);
    answer->name[request.size] = '\0';
    answer->name_size = request.size;
    answer->root = request.root;
    answer->rendering = request.rendering;
    answer->hash = hash;
    return answer;
}

ktcp_resource_request request_of(const Answer& answer) noexcept {
    ktcp_resource_request request = {};
    request.path = answer.path();
    request.size = answer.name_size;
    request.root = answer.root;
    request.rendering = answer.rendering;
    return request;
}

// Not known to be out of date, but to be looked at anew, by the time that it was made.
bool is_old(const Answer& answer, ktcp_time now) noexcept {
    const bool listing = !answer.watches.empty();
    return (listing || !answer.dated) &&
           now - answer.made >= (listing ? AnswerCache::listing_time : AnswerCache::undated_time);
}

// A directory that changes while its listing is made is tried so often, then streamed.
constexpr uint8_t most_listings = 1;

} // namespace

Answer* AnswerCache::look_up(const ktcp_resource_request& request, Quest& quest, Found& found,
                             ktcp_resource_status& status) noexcept {
    const uint32_t hash = hash_of(request);
    if (Answer* answer = table_.find(request, hash)) [[likely]] {
        answer->used = now();
        if (answer->maker) {
            answer->referenced = true; // work would be lost
            if (go_on_listing(*answer, quest, found))
                return found == Found::answered ? answer : nullptr;
        } else if (holds(*answer)) [[likely]] {
            answer->referenced = true;
            return answer;
        } else {
            if (answer->changed || !is_old(*answer, now()))
                worker_.counters.add(count_cache_stale);
            forget(*answer);
        }
    }
    quest.missed = true;
    return resolve(request, hash, quest, found, status);
}

Answer* AnswerCache::resolve(const ktcp_resource_request& request, uint32_t hash, Quest& quest,
                             Found& found, ktcp_resource_status& status) noexcept {
    const Root* root = worker_.service.roots->find(request.root);
    if (!root) {
        status = KTCP_RESOURCE_NOT_FOUND;
        return nullptr;
    }
    OpenedFile opened = root->open(request.path);
    if (opened.out_of_descriptors && close_unused())
        opened = root->open(request.path);
    status = opened.status;
    if (status == KTCP_RESOURCE_FORBIDDEN || status == KTCP_RESOURCE_FAILED)
        return nullptr;
    Answer* answer = new_answer(request, hash);
    if (!answer) {
        status = KTCP_RESOURCE_FAILED;
        return nullptr;
    }
    answer->status = status;
    answer->identity = opened.identity;
    answer->checked = arrivals_;
    answer->looked = answer->resolved = answer->made = answer->used = now();
    Made made = Made::for_all;
    if (status == KTCP_RESOURCE_FILE)
        made = make_file(*answer, opened, quest);
    else if (status == KTCP_RESOURCE_DIRECTORY && (quest.streams || !lists(*answer)))
        made = make_directory(*answer, opened, quest);
    else if (status == KTCP_RESOURCE_DIRECTORY && begin_listing(*answer, opened.fd.get(), *root))
        made = Made::later;
    else if (status == KTCP_RESOURCE_DIRECTORY) {
        quest.passing = true;
        made = make_directory(*answer, opened, quest);
    }
    if (answer->maker) {
        if (keep(*answer)) {
            found = Found::more;
            wake_at(now() + unused_time);
            return nullptr;
        }
        answer->maker.reset();
        watch_.unwatch(*answer);
        made = make_directory(*answer, opened, quest);
    }
    switch (made) {
    case Made::for_all:
        if (!keep(*answer) && status == KTCP_RESOURCE_NOT_FOUND) {
            discard(*answer);
            return nullptr;
        }
        [[fallthrough]];
    case Made::for_one:
        return answer;
    case Made::later:
        found = Found::later;
        break;
    case Made::failed:
        status = KTCP_RESOURCE_FAILED;
        break;
    }
    discard(*answer);
    return nullptr;
}

// ---- Files

AnswerCache::Made AnswerCache::make_file(Answer& answer, OpenedFile& opened,
                                         Quest& quest) noexcept {
    ContentRef content;
    Made made = Made::for_all;
    bool told = false;
    bool lacking = false; // what the next one may have
    if (keeps() && answer.identity.size <= limits_.cache_file_size) {
        ContentRef place = create_content(answer.identity.size, lacking);
        if (place) {
            FileReading reading =
                FileReading::read(opened.fd.get(), answer.identity, std::move(place));
            if (reading.state == FileReading::State::unsettled && quest.tries < most_tries) {
                ++quest.tries;
                return Made::later;
            }
            if (reading.state != FileReading::State::proved)
                made = Made::for_one;
            if (reading.consistent) {
                told = reading.told;
                content = std::move(reading.content);
            } else if (struct stat st = {}; fstat(opened.fd.get(), &st) == 0) {
                answer.identity = FileIdentity(st);
                lacking = true;
            } else {
                return Made::failed;
            }
        }
    }
    if (content && made == Made::for_all)
        worker_.counters.add(count_cache_fills);
    // Where nobody could tell whether somebody writes, it may still be written to, under
    // the date that it has: it is read again before long.
    answer.dated = !content || (opened.dated && told);
    if (!content)
        content = ContentRef(Content::create(std::move(opened.fd)));
    if (!content)
        return Made::failed;
    if (lacking)
        made = Made::for_one;
    const ktcp_protocol& protocol = worker_.service.protocol;
    ktcp_resource_request request = request_of(answer);
    ktcp_resource resource = {};
    resource.status = KTCP_RESOURCE_FILE;
    answer.compressible = answer.identity.size > 0 && protocol.compressible(&request, &resource);
    answer.codable = answer.compressible && content->in_memory() && made == Made::for_all &&
                     answer.identity.size >= limits_.compress_min &&
                     answer.identity.size <= limits_.compress_max;
    if (answer.compressible)
        look_at_siblings(answer); // sets varies
    Representation* whole =
        represent(answer, std::move(content), KTCP_CODING_IDENTITY, answer.identity,
                  made == Made::for_one || may_hide_changes(answer.identity.changed));
    answer.representations[KTCP_CODING_IDENTITY] = whole;
    return whole ? made : Made::failed;
}

// Evicts until there is room, as long as that could be of use.
ContentRef AnswerCache::create_content(size_t size, bool& no_memory) noexcept {
    if (Content::charge_of(size) > limits_.cache_size)
        return {};
    for (;;) {
        if (Content* content = Content::create(share_, size, no_memory))
            return ContentRef(content);
        if (!evict())
            return {};
    }
}

ContentRef AnswerCache::create_content(size_t size) noexcept {
    bool no_memory = false;
    return create_content(size, no_memory);
}

Representation* AnswerCache::represent(Answer& answer, ContentRef content, ktcp_coding coding,
                                       const FileIdentity& identity, bool unsettled) noexcept {
    // cppcheck-suppress legacyUninitvar // it is: cppcheck 2.10 does not know this form of new
    auto* made = new (std::nothrow) Representation{};
    if (!made)
        return nullptr;
    ktcp_resource& resource = made->resource;
    resource.status = answer.status;
    resource.modified_seconds = identity.modified.tv_sec;
    resource.modified_ns = static_cast<uint32_t>(identity.modified.tv_nsec);
    resource.size = content->in_memory() ? content->size() : identity.size;
    resource.inode = identity.inode;
    resource.coding = coding;
    resource.varies = answer.varies;
    resource.unsettled = unsettled;
    resource.rendered = answer.status == KTCP_RESOURCE_DIRECTORY && content->in_memory();
    made->answer = &answer;
    made->content = std::move(content);

    char place[KTCP_DESCRIPTION_MAX];
    ktcp_resource_request request = request_of(answer);
    const size_t size = worker_.service.protocol.describe(worker_.service.config, &request,
                                                          &resource, &worker_.now, place);
    if (size > 0)
        made->head.reset(new (std::nothrow) char[size]);
    if (made->head) {
        std::memcpy(made->head.get(), place, size);
        resource.head = made->head.get();
        resource.head_size = static_cast<uint32_t>(size);
    }
    // Where there is no room left at all it lives no longer than its one user.
    const uint64_t charge = sizeof *made + size + 48;
    while (!share_.take_bytes(charge))
        if (!evict())
            return made;
    made->charged = charge;
    return made;
}

// ---- Directories

// To be streamed, entry by entry; by others, too, if there is no better way for them.
AnswerCache::Made AnswerCache::make_directory(Answer& answer, OpenedFile& opened,
                                              const Quest& quest) noexcept {
    ContentRef content(Content::create(std::move(opened.fd)));
    if (!content)
        return Made::failed;
    answer.representations[KTCP_CODING_IDENTITY] =
        represent(answer, std::move(content), KTCP_CODING_IDENTITY, answer.identity);
    if (!answer.representations[KTCP_CODING_IDENTITY])
        return Made::failed;
    return quest.passing ? Made::for_one : Made::for_all;
}

// Are listings kept at all, and this one?
bool AnswerCache::lists(const Answer& answer) const noexcept {
    return keeps() && keeps_listings_ && answer.rendering != 0;
}

bool AnswerCache::begin_listing(Answer& answer, int directory, const Root& root) noexcept {
    answer.maker =
        ListingMaker::begin(worker_.service.protocol, worker_.service.config, worker_.host, answer,
                            directory, root, worker_.buffers, watch_, limits_.cache_file_size);
    if (!answer.maker)
        watch_.unwatch(answer);
    return answer.maker != nullptr;
}

bool AnswerCache::go_on_listing(Answer& answer, Quest& quest, Found& found) noexcept {
    if (!quest.missed && !quest.waited) {
        quest.waited = true;
        worker_.counters.add(count_cache_waits);
    }
    found = Found::more;
    switch (answer.maker->step()) {
    case ListingMaker::Step::more:
        return true;
    case ListingMaker::Step::failed:
        quest.passing = true;
        [[fallthrough]];
    case ListingMaker::Step::cannot:
        quest.streams = true;
        break;
    case ListingMaker::Step::done:
        // Of those who ask for it now, some came after a part of it was read.
        watch_.listen();
        if (answer.changed || !resolves(answer)) {
            quest.streams = ++quest.tries > most_listings;
        } else if (end_listing(answer)) {
            found = Found::answered;
            return true;
        } else {
            quest.streams = quest.passing = true;
        }
    }
    found = Found::answered;
    forget(answer);
    return false;
}

bool AnswerCache::end_listing(Answer& answer) noexcept {
    std::unique_ptr<ListingMaker> maker = std::move(answer.maker);
    const std::string& text = maker->text();
    pin(answer); // while room is made
    ContentRef content = create_content(text.size());
    if (content) {
        std::memcpy(content->bytes(), text.data(), text.size());
        answer.compressible = true;
        answer.codable = text.size() >= limits_.compress_min && text.size() <= limits_.compress_max;
        answer.varies = answer.codable;
        answer.representations[KTCP_CODING_IDENTITY] =
            represent(answer, std::move(content), KTCP_CODING_IDENTITY, answer.identity);
        worker_.counters.add(count_cache_fills);
    }
    --answer.users;
    answer.checked = arrivals_;
    answer.looked = answer.resolved = answer.made = now();
    return answer.representations[KTCP_CODING_IDENTITY] != nullptr;
}

} // namespace ktcp::user
