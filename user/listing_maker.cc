// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "listing_maker.hh"

#include "worker.hh"

#include <new>

namespace ktcp::user {

std::unique_ptr<ListingMaker> ListingMaker::begin(const ktcp_protocol& protocol, const void* config,
                                                  Host& host, Answer& answer, int directory,
                                                  const Root& root, BlockPool& buffers,
                                                  DirectoryWatch& watch, size_t most) noexcept {
    std::unique_ptr<ListingMaker> maker(new (std::nothrow)
                                            ListingMaker(protocol, answer, watch, most));
    if (!maker || !watch.watch(answer, directory))
        return nullptr;
    maker->directory_ = Directory::open(directory, answer.path_text(), root, buffers);
    struct stat st = {};
    if (!maker->directory_ || fstat(directory, &st) != 0)
        return nullptr;
    maker->device_ = st.st_dev;
    size_t units =
        (protocol.rendering_size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
    maker->rendering_.reset(new (std::nothrow) std::max_align_t[units]);
    if (!maker->rendering_)
        return nullptr;
    maker->request_.path = answer.path();
    maker->request_.size = answer.name_size;
    maker->request_.root = answer.root;
    maker->request_.rendering = answer.rendering;
    maker->open_ = true;
    if (!protocol.render_open(maker->rendering_.get(), &host, config, &maker->request_))
        return nullptr;
    return maker;
}

ListingMaker::~ListingMaker() {
    if (open_)
        protocol_.render_close(rendering_.get());
}

ListingMaker::Step ListingMaker::step() noexcept {
    return directory_ ? read_entries() : read_text();
}

ListingMaker::Step ListingMaker::read_entries() noexcept {
    ktcp_entry entry = {};
    struct stat st = {};
    for (int left = entries_a_step; left > 0; --left) {
        switch (directory_->next(entry, &st)) {
        case Directory::Step::failed:
            return Step::failed;
        case Directory::Step::end:
            directory_.reset();
            return Step::more;
        case Directory::Step::entry:
            break;
        }
        // A link's dates are those of what it leads to; what another file system is
        // mounted on changes there; and a file with other names changes by those.
        // (What has vanished has been told of.)
        if (st.st_mode != 0 && (S_ISLNK(st.st_mode) || st.st_dev != device_ ||
                                (S_ISREG(st.st_mode) && st.st_nlink > 1)))
            return Step::cannot;
        if (S_ISDIR(st.st_mode)) {
            if (!watch_.watch_entry(answer_, directory_->fd(), entry.name))
                return Step::failed;
            directory_->look_up(entry, &st);
            --left;
        }
        if (directory_->unsure())
            return Step::failed;
        if (!protocol_.render_entry(rendering_.get(), &entry))
            return Step::cannot;
    }
    return Step::more;
}

ListingMaker::Step ListingMaker::read_text() noexcept {
    constexpr size_t most_a_step = 8 * KTCP_RENDERING_STEP;
    try {
        for (size_t done = 0; done < most_a_step;) {
            size_t size = text_.size();
            text_.resize(size + KTCP_RENDERING_STEP);
            size_t n =
                protocol_.render_read(rendering_.get(), text_.data() + size, KTCP_RENDERING_STEP);
            text_.resize(size + n);
            if (n == 0)
                return Step::done;
            if (text_.size() > most_)
                return Step::cannot;
            done += n;
        }
    } catch (const std::bad_alloc&) {
        return Step::failed;
    }
    return Step::more;
}

} // namespace ktcp::user
