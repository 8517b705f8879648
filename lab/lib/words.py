# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""How the report names cases and writes numbers."""


def number(value, digits=0):
    return f"{value:,.{digits}f}"


def size_name(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size:,} B"


def resource_name(resource):
    kind, _, size = str(resource).rpartition("-")
    if kind == "list":
        return f"listing of {int(size):,}"
    text = size_name(int(size))
    return {"text": f"{text} of text", "ready": f"{text}, coded beside it"}.get(kind, text)


def _count(value, one):
    return f"{value:,} {one}" + ("" if value == 1 else "s")


_MEMBERS = {
    "resource": resource_name,
    "size": lambda v: size_name(v),
    "connections": lambda v: _count(v, "connection"),
    "threads": lambda v: _count(v, "client thread"),
    "mode": lambda v: {"keep": "persistent", "new": "new each time"}.get(v, v),
    "coding": lambda v: {"identity": "as it is"}.get(v, v),
    "state": lambda v: {"cold": "each for the first time", "warm": "again and again"}.get(v, v),
}


def member(key, value):
    """One member of a case."""
    if key in _MEMBERS:
        return _MEMBERS[key](value)
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return f"{key.replace('_', ' ')} {text}"


def case_label(case, keys):
    """By the members that tell it from others; by all of them where there are no others."""
    return (", ".join(member(k, case[k]) for k in keys if k in case) or
            ", ".join(member(k, v) for k, v in case.items()))


def per_cent(ratio):
    """How much less or more than 1 that is."""
    if ratio is None:
        return "?"
    if ratio >= 3:
        return f"{ratio:.1f} times"
    return f"{abs(ratio - 1) * 100:.0f} %"
