// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Whether what is kept is still true.
#include "answer_cache.hh"
#include "siblings.hh"
#include "worker.hh"

#include <cerrno>

namespace ktcp::user {

const Root& AnswerCache::root_of(const Answer& answer) const noexcept {
    return *worker_.service.roots->find(answer.root);
}

bool AnswerCache::trusted(ktcp_time looked) const noexcept {
    return limits_.cache_trust != 0 && now() - looked < limits_.cache_trust * KTCP_MILLISECOND;
}

bool AnswerCache::holds(Answer& answer) noexcept {
    if (answer.checked == arrivals_) [[likely]]
        return true;
    if (trusted(answer.looked))
        return true;
    if (answer.status == KTCP_RESOURCE_DIRECTORY && !answer.watches.empty()) {
        if (listened_ != arrivals_) {
            listened_ = arrivals_;
            watch_.listen();
        }
        if (answer.changed || now() - answer.made >= listing_time)
            return false;
    }
    if (!answer.dated && now() - answer.made >= undated_time)
        return false;
    if (!resolves(answer))
        return false;
    answer.checked = arrivals_;
    answer.looked = now();
    return true;
}

bool AnswerCache::resolves(Answer& answer) noexcept {
    const Root& root = root_of(answer);
    struct stat st = {};
    // To find a name that is there is dearer than not to find one that is not.
    if (answer.status == KTCP_RESOURCE_NOT_FOUND)
        return !root.describe(answer.path(), st) &&
               resource_status_of(errno) == KTCP_RESOURCE_NOT_FOUND;
    if (now() - answer.resolved < trust_time) [[likely]]
        return root.leads_to(answer.path(), answer.identity);
    if (!root.describe(answer.path(), st) || !(FileIdentity(st) == answer.identity))
        return false;
    answer.resolved = now();
    worker_.counters.add(count_cache_revalidations);
    return true;
}

// If nothing has come to the directory, or gone from it, then those that were not there
// are not there now. Of those that were, each has a proof of its own.
void AnswerCache::look_at_siblings(Answer& answer) noexcept {
    if (answer.siblings_known &&
        (answer.siblings_checked == arrivals_ || trusted(answer.siblings_looked)))
        return;
    const Root& root = root_of(answer);
    SiblingNames names(answer.path_text());
    answer.siblings_checked = arrivals_;
    answer.siblings_looked = now();
    if (answer.siblings_known && root.leads_to(names.directory(), answer.directory))
        return;
    struct stat st = {};
    const bool there = root.describe(names.directory(), st);
    answer.directory = there ? FileIdentity(st) : FileIdentity{};
    answer.siblings_known = there && !may_hide_changes(answer.directory.changed);
    bool any = false;
    for (size_t i = 0; i < sibling_count; ++i) {
        const char* name = names.sibling(i);
        const bool found = name && root.describe_itself(name, st);
        // Whether it is there is not known if it was memory that was lacking, or a descriptor.
        if (name && !found && resource_status_of(errno) == KTCP_RESOURCE_FAILED)
            answer.siblings_known = false;
        answer.siblings[i].exists = found && S_ISREG(st.st_mode);
        if (!answer.siblings[i].exists)
            drop(answer.siblings[i].representation);
        any |= answer.siblings[i].exists;
    }
    set_varies(answer, any || answer.codable);
}

// What is said of it says so, too. Connections may be sending what it was until now.
void AnswerCache::set_varies(Answer& answer, bool varies) noexcept {
    if (answer.varies == varies)
        return;
    answer.varies = varies;
    bool all = true;
    for (Representation*& representation : answer.representations) {
        if (!representation)
            continue;
        Representation* other =
            represent(answer, representation->content.share(),
                      static_cast<ktcp_coding>(representation->resource.coding), answer.identity);
        if (other)
            drop(representation);
        else
            all = false;
        representation = other ? other : representation;
    }
    // Some say what was true until now: to be made again at the next look.
    if (!all) {
        answer.varies = !varies;
        answer.siblings_known = false;
    }
    for (Answer::Sibling& sibling : answer.siblings)
        drop(sibling.representation);
}

} // namespace ktcp::user
