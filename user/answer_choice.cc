// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Content codings: which one a client gets, and the making of those that are wanted.
#include "answer_cache.hh"
#include "siblings.hh"
#include "worker.hh"

#include <algorithm>
#include <cstring>

namespace ktcp::user {

namespace {

// Whoever drove a coder has gone, if it did nothing for so long.
constexpr ktcp_time idle_time = 50 * KTCP_MILLISECOND;

bool takes_identity(const ktcp_resource_request& request) noexcept {
    return std::ranges::find(request.codings, KTCP_CODING_IDENTITY) != std::end(request.codings);
}

} // namespace

// Files that somebody has coded beforehand come first, then what is made here; in the
// client's order each.
Representation* AnswerCache::choose(Answer& answer, const ktcp_resource_request& request,
                                    Quest& quest, Found& found) noexcept {
    const bool file = answer.status == KTCP_RESOURCE_FILE;
    if (request.codings[0] == KTCP_CODING_IDENTITY || request.codings[0] == KTCP_CODING_END) {
        // Only whether the answer varies is of interest, and not to this client.
        if (file && now() - answer.siblings_looked >= trust_time)
            look_at_siblings(answer);
        return answer.representations[KTCP_CODING_IDENTITY];
    }
    if (file) {
        look_at_siblings(answer);
        for (uint8_t coding : request.codings) {
            if (coding == KTCP_CODING_END || coding == KTCP_CODING_IDENTITY)
                break;
            for (size_t i = 0; i < sibling_count; ++i) {
                if (sibling_kinds[i].coding != coding || !answer.siblings[i].exists)
                    continue;
                Representation* made = sibling(answer, i, quest, found);
                if (made || found != Found::answered)
                    return made;
            }
        }
    }
    for (uint8_t coding : request.codings) {
        if (coding == KTCP_CODING_END || coding == KTCP_CODING_IDENTITY)
            break;
        Representation* made =
            coded(answer, static_cast<ktcp_coding>(coding), takes_identity(request), quest, found);
        if (made || found != Found::answered)
            return made;
    }
    return answer.representations[KTCP_CODING_IDENTITY];
}

// The file beside it is an answer like any other, with its own proof; what is said of it
// here is that it is this one's content.
Representation* AnswerCache::sibling(Answer& answer, size_t which, Quest& quest,
                                     Found& found) noexcept {
    SiblingNames names(answer.path_text());
    ktcp_resource_request request = {};
    request.path = names.sibling(which);
    request.size = names.size();
    request.root = answer.root;
    ktcp_resource_status status = KTCP_RESOURCE_FAILED;
    Answer* other = look_up(request, quest, found, status);
    if (!other || found != Found::answered)
        return nullptr;
    pin(*other);
    Representation* made = nullptr;
    const timespec& own = answer.identity.modified;
    const timespec& others = other->identity.modified;
    const bool fresh =
        others.tv_sec != own.tv_sec ? others.tv_sec > own.tv_sec : others.tv_nsec >= own.tv_nsec;
    if (other->status == KTCP_RESOURCE_FILE && fresh) {
        ContentRef& content = other->representations[KTCP_CODING_IDENTITY]->content;
        Representation*& kept = answer.siblings[which].representation;
        if (kept && kept->content.operator->() == content.operator->()) {
            made = kept;
        } else {
            drop(kept);
            made = represent(answer, content.share(), sibling_kinds[which].coding, other->identity);
            // An open file is not held by what may be kept for long.
            if (made && content->in_memory())
                kept = made;
            else if (made)
                made->kept = false;
        }
    }
    unpin(*other);
    return made;
}

// nullptr: it is not to be had (see `found`), and the next one is to be tried.
Representation* AnswerCache::coded(Answer& answer, ktcp_coding coding, bool or_identity,
                                   Quest& quest, Found& found) noexcept {
    if (Representation* made = answer.representations[coding]) [[likely]]
        return made;
    if (!answer.codable || !answer.cached || answer.pointless[coding] || !Coder::makes(coding))
        return nullptr;
    Representation* identity = answer.representations[KTCP_CODING_IDENTITY];
    const bool at_work = answer.coders[coding] != nullptr;
    const bool others = at_work && !quest.codes && now() - answer.coded < idle_time;
    const bool crowded = !at_work && coders_ >= most_coders;
    if ((others || crowded) && or_identity)
        return identity;
    if (others && !quest.waited) {
        quest.waited = true;
        worker_.counters.add(count_cache_waits);
    }
    found = Found::more;
    if (crowded)
        return nullptr;
    if (!at_work && !begin_coding(answer, coding, quest)) {
        found = Found::answered;
        return nullptr;
    }
    quest.codes = true;
    answer.coded = now();
    Coder& coder = *answer.coders[coding];
    const size_t done = coder.fed();
    const size_t size = std::min(coder.size() - done, Coder::slice);
    const Coder::Step step = coder.feed(identity->content->bytes() + done, size);
    if (step == Coder::Step::more)
        return nullptr;
    found = Found::answered;
    if (step == Coder::Step::done) {
        const CodedBytes bytes = coder.take();
        if (ContentRef content = create_content(bytes.size)) {
            std::memcpy(content->bytes(), bytes.data.get(), bytes.size);
            answer.representations[coding] =
                represent(answer, std::move(content), coding, answer.identity);
            worker_.counters.add(count_cache_fills);
        }
    }
    answer.pointless[coding] = step == Coder::Step::pointless;
    end_coding(answer, coding);
    return answer.representations[coding];
}

// Not without room for what will be made: it would be made again for each request.
bool AnswerCache::begin_coding(Answer& answer, ktcp_coding coding, Quest& quest) noexcept {
    const size_t size = answer.representations[KTCP_CODING_IDENTITY]->content->size();
    if (!create_content(size - size / 8))
        return false;
    answer.coders[coding] = Coder::begin(coding, size);
    if (!answer.coders[coding])
        return false;
    ++coders_;
    quest.missed = true;
    wake_at(now() + unused_time);
    return true;
}

void AnswerCache::end_coding(Answer& answer, ktcp_coding coding) noexcept {
    if (!answer.coders[coding])
        return;
    answer.coders[coding].reset();
    --coders_;
}

} // namespace ktcp::user
