// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/churn_tree.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <system_error>
#include <thread>

#include "churn/content_coding.hh"

namespace ktcp::test {

namespace {

using Kind = PathState::Kind;

void require(bool holds, const char* what, const std::filesystem::path& path) {
    if (!holds)
        throw std::system_error(errno, std::generic_category(),
                                std::string(what) + " " + path.string());
}

} // namespace

struct ChurnTree::Opened {
    Opened(int descriptor, std::filesystem::path path) : fd(descriptor), name(std::move(path)) {
        require(fd >= 0, "cannot open", name);
    }
    Opened(const std::filesystem::path& path, int flags)
        : Opened(open(path.c_str(), flags | O_CLOEXEC, 0644), path) {}
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() { close(fd); }

    void write(std::string_view bytes, uint64_t offset) const {
        ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        require(n == static_cast<ssize_t>(bytes.size()), "cannot write", name);
    }

    const int fd;
    const std::filesystem::path name;
};

ChurnTree::ChurnTree(History& history, std::filesystem::path root, std::string name,
                     unsigned number, const ChurnOptions& options)
    : history_(history), root_(std::move(root)), name_(std::move(name)), options_(options),
      random_(number * 7919 + 1), stamp_(0x1000 + number) {
    top_.kind = Kind::directory;
    top_.mode = 0755;
    history_.add(name_);
    change({name_}, [&] { std::filesystem::create_directory(real(name_)); });
    for (unsigned i = 0; i < 16; i++) {
        files_.push_back(name_ + "/f" + std::to_string(i) + (i % 3 ? ".txt" : ".bin"));
        add_file(files_.back());
    }
    if (options_.big) {
        for (const char* big : {"/big-1.txt", "/big-3.bin"}) {
            files_.push_back(name_ + big);
            add_file(files_.back());
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        siblings_.push_back(name_ + "/s" + std::to_string(i) + ".txt");
        add_file(siblings_.back());
        history_.add(siblings_.back() + ".gz");
    }
    history_.add(name_ + "/kind");
    for (const char* directory : {"/a", "/b", "/come", "/quiet"}) {
        add_directory(name_ + directory);
        for (const char* file : {"/x.txt", "/y.html", "/z.bin"})
            add_file(name_ + directory + file);
        add_directory(name_ + directory + "/deep");
        add_file(name_ + directory + "/deep/w.txt");
    }
    history_.exchange(name_ + "/a", name_ + "/b");
}

// Half of them small, as in real trees; among them the edges of pages.
uint64_t ChurnTree::some_size() {
    const uint64_t most = options_.largest * 1024ULL;
    static const uint64_t edges[] = {0, 1, 4095, 4096, 4097, 8192, 65536};
    if (chance(15))
        return std::min(most, edges[below(std::size(edges))]);
    const double share = static_cast<double>(below(1'000'000)) / 1e6;
    return static_cast<uint64_t>(std::exp(share * std::log(static_cast<double>(most))));
}

ChurnTree::Node& ChurnTree::node(const std::string& path) {
    Node* found = &top_;
    for (size_t at = name_.size(); at < path.size();) {
        const size_t next = std::min(path.find('/', at + 1), path.size());
        found = &found->children[path.substr(at + 1, next - at - 1)];
        at = next;
    }
    return *found;
}

// What a path leads to is what it is itself, as long as all above it is there.
void ChurnTree::collect(const std::string& path, Changes& changes) {
    const int known = history_.find(path);
    if (known >= 0) {
        PathState state;
        const Node* found = &top_;
        bool open = (top_.mode & 5) == 5;
        for (size_t at = name_.size(); at < path.size() && found;) {
            const size_t next = std::min(path.find('/', at + 1), path.size());
            auto child = found->children.find(path.substr(at + 1, next - at - 1));
            const bool there = found->kind == Kind::directory && child != found->children.end() &&
                               child->second.kind != Kind::absent;
            found = there ? &child->second : nullptr;
            at = next;
            if (found && at < path.size() && found->kind == Kind::directory)
                open = open && (found->mode & 1);
        }
        state.readable = open;
        if (found) {
            state.kind = found->kind;
            state.file = found->file;
            state.readable = open && (found->mode & 4);
            state.text = found->text;
            state.coded = found->coded;
            state.written_from = found->written_from;
            state.written_to = found->written_to;
        }
        changes.emplace_back(static_cast<History::Path>(known), std::move(state));
        for (History::Path child : history_.children(static_cast<History::Path>(known)))
            collect(history_.name(child), changes);
    }
}

int64_t ChurnTree::modified_ns(History::Path path) const {
    struct stat found;
    require(::stat(real(history_.name(path)).c_str(), &found) == 0, "cannot look at",
            history_.name(path));
    return found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec;
}

template <class Act> void ChurnTree::change(std::initializer_list<std::string> paths, Act act) {
    Changes changes;
    for (const std::string& path : paths)
        collect(path, changes);
    history_.change(changes, act, [this](History::Path path) { return modified_ns(path); });
}

void ChurnTree::add_file(const std::string& path) {
    history_.add(path);
    replace(path);
}

void ChurnTree::add_directory(const std::string& path) {
    history_.add(path);
    Node& made = node(path);
    made.kind = Kind::directory;
    made.mode = 0755;
    change({path}, [&] { std::filesystem::create_directory(real(path)); });
}

// In the same directory, but hidden from listings.
std::string ChurnTree::write_aside(const std::string& path, const std::string& bytes) {
    const std::string aside =
        path.substr(0, path.rfind('/') + 1) + ".new-" + std::to_string(aside_++ % 8);
    const Opened file(real(aside), O_WRONLY | O_CREAT | O_TRUNC);
    file.write(bytes, 0);
    return aside;
}

// --- files

// By one call; while it lasts, the file may be seen as any part of it has left it.
void ChurnTree::write(const std::string& path, const Opened& opened, uint64_t from,
                      uint64_t count) {
    Node& file = node(path);
    const uint64_t stamp = new_stamp();
    const std::string bytes = stamped_bytes(stamp, from, count);
    file.text.overwrite(stamp, from, count);
    file.written_from = from;
    file.written_to = from + count;
    change({path}, [&] { opened.write(bytes, from); });
    file.written_from = file.written_to = 0;
}

void ChurnTree::replace(const std::string& path) {
    Node& file = node(path);
    const uint64_t stamp = new_stamp();
    uint64_t size = path.find("/big-1") != path.npos   ? 900'000 + below(200'000)
                    : path.find("/big-3") != path.npos ? 2'900'000 + below(200'000)
                                                       : some_size();
    const std::string aside = write_aside(path, stamped_bytes(stamp, 0, size));
    file = {};
    file.kind = Kind::file;
    file.file = stamp;
    file.text = StampedText(stamp, size);
    change({path}, [&] { std::filesystem::rename(real(aside), real(path)); });
    note("renamed over");
}

void ChurnTree::make_file(const std::string& path) {
    Node& file = node(path);
    file = {};
    file.kind = Kind::file;
    file.file = new_stamp();
    int fd = -1;
    change({path},
           [&] { fd = open(real(path).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644); });
    const Opened opened(fd, path);
    write(path, opened, 0, some_size());
    note("made");
}

// Opened with O_TRUNC, and written by one or by several calls.
void ChurnTree::rewrite(const std::string& path, unsigned writes) {
    Node& file = node(path);
    file.text = {};
    file.coded.reset();
    int fd = -1;
    change({path}, [&] { fd = open(real(path).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC); });
    const Opened opened(fd, path);
    const uint64_t each = some_size() / writes + 1;
    for (unsigned i = 0; i < writes; i++) {
        write(path, opened, i * each, each);
        if (i + 1 < writes)
            std::this_thread::sleep_for(std::chrono::microseconds(below(3000)));
    }
    note(writes > 1 ? "rewritten by several writes" : "rewritten");
}

// The size stays.
void ChurnTree::write_in_place(const std::string& path) {
    Node& file = node(path);
    const uint64_t size = file.text.size();
    if (size == 0 || file.coded)
        return replace(path);
    uint64_t from = 0, count = size;
    if (chance(30)) {
        from = below(static_cast<unsigned>(size));
        count = 1 + below(static_cast<unsigned>(size - from));
    }
    write(path, Opened(real(path), O_WRONLY), from, count);
    note(count == size ? "written in place" : "written in part");
}

void ChurnTree::append(const std::string& path) {
    Node& file = node(path);
    if (file.text.size() > 2 * 1024 * options_.largest && path.find("/big-") == path.npos)
        return truncate(path);
    write(path, Opened(real(path), O_WRONLY), file.text.size(), 1 + below(20'000));
    note("appended to");
}

void ChurnTree::truncate(const std::string& path) {
    Node& file = node(path);
    const uint64_t size = file.text.size();
    const uint64_t wanted =
        chance(20) ? size + below(10'000) : below(static_cast<unsigned>(size) + 1);
    file.text.resize(wanted);
    change({path}, [&] {
        require(::truncate(real(path).c_str(), static_cast<off_t>(wanted)) == 0, "cannot truncate",
                path);
    });
    note(wanted > size ? "lengthened" : "truncated");
}

void ChurnTree::remove(const std::string& path) {
    node(path) = {};
    change({path}, [&] { std::filesystem::remove(real(path)); });
    note("deleted");
}

void ChurnTree::set_mode(const std::string& path, mode_t mode) {
    Node& changed = node(path);
    changed.mode = mode;
    change({path}, [&] { require(chmod(real(path).c_str(), mode) == 0, "cannot chmod", path); });
    note(mode & 4 ? "opened to all" : "closed to others");
}

void ChurnTree::touch(const std::string& path) {
    const timespec times[2] = {{0, UTIME_OMIT},
                               {1'000'000'000 + below(600'000'000), below(999'999'999)}};
    change({path}, [&] {
        require(utimensat(AT_FDCWD, real(path).c_str(), times, 0) == 0, "cannot date", path);
    });
    note("dated");
}

void ChurnTree::move(const std::string& from, const std::string& to) {
    node(to) = node(from);
    node(from) = {};
    change({from, to}, [&] { std::filesystem::rename(real(from), real(to)); });
    note("moved over another");
}

void ChurnTree::change_file(const std::string& path) {
    const Node& file = node(path);
    if (file.kind == Kind::absent)
        return chance(50) && !options_.only_renames && path.find("/big-") == path.npos
                   ? make_file(path)
                   : replace(path);
    const bool big = path.find("/big-") != path.npos;
    if (!(file.mode & 4))
        return chance(60) ? set_mode(path, 0644) : chance(50) ? replace(path) : remove(path);
    if (options_.only_renames) {
        const unsigned choice = below(100);
        if (choice < 60)
            return replace(path);
        if (choice < 75)
            return remove(path);
        return touch(path);
    }
    const unsigned choice = below(100);
    if (choice < 22)
        return replace(path);
    if (choice < 32)
        return big ? replace(path) : rewrite(path, 1);
    if (choice < 40)
        return big ? append(path) : rewrite(path, 2 + below(3));
    if (choice < 54)
        return write_in_place(path);
    if (choice < 62)
        return append(path);
    if (choice < 70)
        return truncate(path);
    if (choice < 80)
        return remove(path);
    if (choice < 84)
        return set_mode(path, 0600);
    if (choice < 90)
        return touch(path);
    const std::string& other = files_[below(static_cast<unsigned>(files_.size()))];
    if (other == path || big || other.find("/big-") != other.npos)
        return replace(path);
    move(path, other);
}

// --- more than one file

void ChurnTree::change_kind(const std::string& path) {
    Node& changed = node(path);
    if (changed.kind == Kind::file) {
        remove(path);
    } else if (changed.kind == Kind::directory) {
        changed = {};
        change({path}, [&] { require(rmdir(real(path).c_str()) == 0, "cannot remove", path); });
    } else if (chance(50)) {
        replace(path);
    } else {
        changed.kind = Kind::directory;
        changed.mode = 0755;
        change({path}, [&] { std::filesystem::create_directory(real(path)); });
    }
    note("became of another kind");
}

// A compressed form beside the file: newer than it, older, or away.
void ChurnTree::change_sibling(const std::string& path) {
    const std::string sibling = path + ".gz";
    const unsigned choice = below(100);
    if (node(path).kind == Kind::absent || choice < 30)
        return replace(path);
    if (choice < 35)
        return remove(path);
    if (choice < 55 && node(sibling).kind == Kind::file) {
        remove(sibling);
        return note("sibling deleted");
    }
    const bool old = choice < 65;
    const uint64_t stamp = new_stamp(), size = some_size();
    Node& made = node(sibling);
    made = {};
    made.kind = Kind::file;
    made.file = stamp;
    made.text = StampedText(stamp, size);
    made.coded = std::make_shared<const std::string>(gzip(stamped_bytes(stamp, 0, size)));
    const std::string aside = write_aside(sibling, *made.coded);
    if (old) {
        const timespec times[2] = {{0, UTIME_OMIT}, {900'000'000 + below(1000), 0}};
        require(utimensat(AT_FDCWD, real(aside).c_str(), times, 0) == 0, "cannot date", aside);
    }
    change({sibling}, [&] { std::filesystem::rename(real(aside), real(sibling)); });
    note(old ? "sibling that is too old" : "sibling made");
}

void ChurnTree::exchange_directories(const std::string& one, const std::string& other) {
    std::swap(node(one), node(other));
    change({one, other}, [&] {
        require(renameat2(AT_FDCWD, real(one).c_str(), AT_FDCWD, real(other).c_str(),
                          RENAME_EXCHANGE) == 0,
                "cannot exchange", one);
    });
    note("directories exchanged");
}

void ChurnTree::move_away(const std::string& path) {
    const std::string away = path.substr(0, path.rfind('/') + 1) + ".away";
    const Node kept = node(path);
    node(path) = {};
    change({path}, [&] { std::filesystem::rename(real(path), real(away)); });
    std::this_thread::sleep_for(std::chrono::microseconds(below(10'000)));
    node(path) = kept;
    change({path}, [&] { std::filesystem::rename(real(away), real(path)); });
    note("directory moved away and back");
}

void ChurnTree::empty_and_remove(const std::string& path) {
    for (const char* file : {"/x.txt", "/y.html", "/z.bin", "/deep/w.txt"})
        if (node(path + file).kind == Kind::file)
            remove(path + file);
    for (const std::string& directory : {path + "/deep", path}) {
        node(directory) = {};
        change({directory},
               [&] { require(rmdir(real(directory).c_str()) == 0, "cannot remove", directory); });
    }
    note("directory removed");
}

void ChurnTree::make_again(const std::string& path) {
    for (const std::string& directory : {path, path + "/deep"}) {
        Node& made = node(directory);
        made.kind = Kind::directory;
        made.mode = 0755;
        change({directory}, [&] { std::filesystem::create_directory(real(directory)); });
    }
    for (const char* file : {"/x.txt", "/y.html", "/z.bin", "/deep/w.txt"})
        replace(path + file);
    note("directory made again");
}

void ChurnTree::step() {
    const unsigned choice = below(100);
    if (choice < 25 && !last_.empty()) {
        // Once more, at once: within the same tick of the file system's clock.
        change_file(last_);
        return;
    }
    if (choice < 66) {
        last_ = files_[below(static_cast<unsigned>(files_.size()))];
        // The big ones cost as much as a hundred others.
        if (last_.find("/big-") == last_.npos || chance(10))
            change_file(last_);
    } else if (choice < 74) {
        change_sibling(siblings_[below(static_cast<unsigned>(siblings_.size()))]);
    } else if (choice < 78) {
        change_kind(name_ + "/kind");
    } else if (choice < 84) {
        exchange_directories(name_ + "/a", name_ + "/b");
    } else if (choice < 87) {
        move_away(name_ + (chance(50) ? "/a" : "/b"));
    } else if (choice < 92) {
        if (node(name_ + "/come").kind == Kind::directory)
            empty_and_remove(name_ + "/come");
        else
            make_again(name_ + "/come");
    } else if (choice < 95) {
        const std::string path = name_ + (chance(50) ? "/a" : "/b");
        set_mode(path, node(path).mode == 0755 ? 0700 : 0755);
    } else {
        static const char* const inner[] = {"/a/x.txt", "/a/y.html", "/b/z.bin", "/b/deep/w.txt"};
        const std::string path = name_ + inner[below(4)];
        if (node(path).kind == Kind::file)
            replace(path);
    }
    if (options_.pause)
        std::this_thread::sleep_for(std::chrono::microseconds(below(options_.pause)));
}

} // namespace ktcp::test
