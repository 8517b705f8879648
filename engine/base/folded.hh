// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Comparing text with a known word without regard to case, eight bytes at a time: for
// the few names that every request is full of.
#pragma once

#include "base/scan.hh"

namespace ktcp {

// A word that is known when the program is compiled, in lower case: letters and what
// has no case.
template <size_t N> struct Word {
    static constexpr size_t size = N - 1; // without the NUL
    char text[N] = {};

    consteval Word(const char (&word)[N]) {
        for (size_t i = 0; i < N; i++)
            text[i] = word[i];
    }

    // The bytes from `at` on as one number, as they lie in memory (little-endian).
    template <class Number> consteval Number value(size_t at) const {
        Number number = 0;
        for (size_t i = sizeof(Number); i-- > 0;)
            number = static_cast<Number>(number << 8 | static_cast<uint8_t>(text[at + i]));
        return number;
    }
    // What makes a capital letter of those bytes a small one. Nothing else may be
    // changed: 0x0d with that bit is '-'.
    template <class Number> consteval Number fold(size_t at) const {
        Number number = 0;
        for (size_t i = sizeof(Number); i-- > 0;) {
            const char c = text[at + i];
            number = static_cast<Number>(number << 8 | (c >= 'a' && c <= 'z' ? 0x20 : 0));
        }
        return number;
    }
};

template <Word word, size_t at, class Number> inline bool folds_at(const char* text) {
    Number number;
    __builtin_memcpy(&number, text + at, sizeof number);
    return (number | word.template fold<Number>(at)) == word.template value<Number>(at);
}

// Is `text`, of the word's size, that word? The size is the caller's to compare.
template <Word word> inline bool folds_to(const char* text) {
    constexpr size_t size = word.size;
    static_assert(size >= 4 && size <= 24);
    if constexpr (size < 8)
        return folds_at<word, 0, uint32_t>(text) && folds_at<word, size - 4, uint32_t>(text);
    else if constexpr (size <= 16)
        return folds_at<word, 0, uint64_t>(text) && folds_at<word, size - 8, uint64_t>(text);
    else
        return folds_at<word, 0, uint64_t>(text) && folds_at<word, 8, uint64_t>(text) &&
               folds_at<word, size - 8, uint64_t>(text);
}

template <Word word> inline bool folds_to(Bytes text) {
    return text.size == word.size && folds_to<word>(text.data);
}

} // namespace ktcp
