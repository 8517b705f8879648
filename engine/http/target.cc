// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/target.hh"

#include "base/ascii.hh"
#include "http/authority.hh"

namespace ktcp::http {
namespace {

// Builds the path segment by segment; never longer than path_capacity - 1.
class PathBuilder {
public:
    explicit PathBuilder(char* path) : path_(path) {}

    // Appends bytes, none of them '/' or NUL, to the segment under way.
    bool put(Bytes bytes) {
        if (segment_ == end_ && end_ != 0 && path_[end_ - 1] != '/') {
            path_[end_++] = '/';
            segment_ = end_;
        }
        if (end_ + bytes.size + 1 > path_capacity)
            return false;
        for (char c : bytes)
            path_[end_++] = c;
        return true;
    }

    // At '/' or at the target's end. False: ".." climbed above the root.
    bool end_segment() {
        const Bytes segment(path_ + segment_, end_ - segment_);
        dots_ = true;
        if (segment == "."_b) {
            end_ = segment_;
        } else if (segment == ".."_b) {
            if (segment_ == 0)
                return false;
            end_ = segment_ - 1; // the '/' before "..": the end of its parent
            while (end_ != 0 && path_[end_ - 1] != '/')
                end_--;
        } else {
            dots_ = false;
        }
        // What is left ends in a name or in the '/' that put() wrote after one.
        if (end_ != 0 && path_[end_ - 1] == '/')
            end_--;
        segment_ = end_;
        return true;
    }

    bool last_was_dots() const { return dots_; }

    size_t finish() {
        path_[end_] = '\0';
        return end_;
    }

private:
    char* path_;
    size_t end_ = 0;
    size_t segment_ = 0; // where the segment under way begins; end_: not begun
    bool dots_ = false;
};

// Most targets are names between single slashes, none of which begins with a dot: their
// path is what they are. False: this one is not of that kind; nothing was decided.
bool take_plain(Bytes target, char* path, Target& result) {
    if (target.size > path_capacity)
        return false;
    const char* const begin = target.begin() + 1; // behind the first slash
    const char* const end = target.end();
    const char* p = begin;
    const char* segment = begin;
    for (; p != end && *p != '?'; p++) {
        segment = p;
        if (*p == '.')
            return false;
        while (p != end && !ascii::is(*p, ascii::path_special))
            p++;
        if (p == end || *p == '?')
            break;
        if (*p == '%' || p == segment)
            return false;
        segment = p + 1;
    }
    result.directory = segment == p; // there is nothing behind the last slash
    result.path_size = static_cast<size_t>(p - begin) - (result.directory && p != begin);
    result.query = Bytes(p, end);
    __builtin_memcpy(path, begin, result.path_size);
    path[result.path_size] = '\0';
    return true;
}

Target refuse(Status status) {
    Target result;
    result.error = status;
    return result;
}

} // namespace

Target parse_target(Bytes target, char* path) {
    Target result;
    path[0] = '\0';

    if (!target.empty() && target[0] == '/' && take_plain(target, path, result))
        return result;
    if (target == "*"_b) {
        result.asterisk = true;
        return result;
    }
    if (!target.empty() && target[0] != '/') {
        // absolute-form: a server MUST accept it (RFC 9112 section 3.2.2).
        constexpr Bytes scheme = "http://"_b;
        constexpr Bytes secured_scheme = "https://"_b;
        // Not to be answered over a connection that is not secured: RFC 9110 section 7.4.
        if (target.size > secured_scheme.size &&
            ascii::equal_ignoring_case(target.first(secured_scheme.size), secured_scheme))
            return refuse(Status::misdirected_request);
        if (target.size < scheme.size ||
            !ascii::equal_ignoring_case(target.first(scheme.size), scheme))
            return refuse(Status::bad_request);
        const Bytes rest = target.from(scheme.size);
        size_t n = 0;
        while (n < rest.size && rest[n] != '/' && rest[n] != '?')
            n++;
        result.authority = rest.first(n);
        if (n == 0 || result.authority[0] == ':' || !is_authority(result.authority))
            return refuse(Status::bad_request);
        target = rest.from(n);
    } else if (target.empty()) {
        return refuse(Status::bad_request);
    }

    PathBuilder builder(path);
    const char* p = target.begin();
    const char* const end = target.end();
    bool slash = true; // an empty path is that of the root
    for (;;) {
        const char* const plain = p;
        while (p != end && !ascii::is(*p, ascii::path_special))
            p++;
        if (p != plain) {
            slash = false;
            if (!builder.put(Bytes(plain, p)))
                return refuse(Status::uri_too_long);
        }
        if (p == end || *p == '?')
            break;
        slash = *p == '/';
        if (slash) {
            if (!builder.end_segment())
                return refuse(Status::bad_request);
            p++;
            continue;
        }
        const int high = end - p > 2 ? ascii::hex_value(p[1]) : -1;
        const int low = high >= 0 ? ascii::hex_value(p[2]) : -1;
        if (low < 0 || (high | low) == 0)
            return refuse(Status::bad_request);
        char c = static_cast<char>(high * 16 + low);
        // An encoded slash is data, not a separator (RFC 3986 section 2.2), and no
        // file has one in its name. Anything else may stand for it.
        if (c == '/') {
            result.missing = true;
            c = '_';
        }
        if (!builder.put(Bytes(&c, 1)))
            return refuse(Status::uri_too_long);
        p += 3;
    }
    result.query = Bytes(p, end);
    if (!builder.end_segment())
        return refuse(Status::bad_request);
    result.directory = slash || builder.last_was_dots();
    result.path_size = builder.finish();
    return result;
}

} // namespace ktcp::http
