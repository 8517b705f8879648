// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/conditional.hh"

#include "http/date.hh"
#include "http/entity_tag.hh"

namespace ktcp::http {
namespace {

constexpr Bytes any_tag = "*"_b;

// Does "*" or one of the tags in all lines of the field match? The lines are one
// list (RFC 9110 section 5.3), in which "*" may only stand alone. A list that cannot
// be read matches nothing: so a GET is answered in full, or by 412, never by less
// than was asked for.
template <class Equal>
bool any_tag_matches(const HeadFields& fields, Field field, Bytes etag, Equal equal) {
    unsigned lines = 0;
    bool any = false, found = false, valid = true;
    fields.for_each(field, [&](Bytes value) {
        lines++;
        if (value == any_tag)
            any = true;
        else if (!for_each_entity_tag(value, [&](Bytes tag) {
                     found = found || (!etag.empty() && equal(tag, etag));
                 }))
            valid = false;
    });
    return any ? lines == 1 : valid && found;
}

// The date in a field of one value; false: there is none that counts.
bool date_of(const HeadFields& fields, Field field, int64_t now, int64_t& date) {
    Bytes value;
    return fields.single(field, value) && parse_http_date(value, now, date);
}

} // namespace

Precondition evaluate_preconditions(const HeadFields& fields, bool get_or_head,
                                    const Validators& validators) {
    int64_t date = 0;
    // Section 13.2.2, steps 1 and 2.
    if (fields.has(Field::if_match)) {
        if (!any_tag_matches(fields, Field::if_match, validators.etag, strongly_equal))
            return Precondition::failed;
    } else if (date_of(fields, Field::if_unmodified_since, validators.now, date)) {
        if (validators.last_modified > date)
            return Precondition::failed;
    }
    // Steps 3 and 4.
    if (fields.has(Field::if_none_match)) {
        if (any_tag_matches(fields, Field::if_none_match, validators.etag, weakly_equal))
            return get_or_head ? Precondition::not_modified : Precondition::failed;
    } else if (get_or_head && date_of(fields, Field::if_modified_since, validators.now, date)) {
        // A date that is still to come says nothing about what the client has.
        if (date <= validators.now && validators.last_modified <= date)
            return Precondition::not_modified;
    }
    return Precondition::proceed;
}

bool if_range_allows(const HeadFields& fields, const Validators& validators) {
    if (!fields.has(Field::if_range))
        return true;
    Bytes value;
    if (!fields.single(Field::if_range, value))
        return false;
    int64_t date = 0;
    if (parse_http_date(value, validators.now, date)) {
        // A date is a strong validator only once its second is over (section 8.8.2.2).
        return date == validators.last_modified && date < validators.now;
    }
    // No tag is equal to what is not one.
    return !validators.etag.empty() && strongly_equal(value, validators.etag);
}

} // namespace ktcp::http
