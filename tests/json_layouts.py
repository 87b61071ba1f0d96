"""JSON values as people lay them out: strategies for `tests/test_fix.py`."""

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st


class Layout(NamedTuple):
    """How a text is written; `inline` lists the depths whose objects and lists stand in one line."""

    indent: str
    line_end: str
    colon: str
    comma: str
    pad: str
    inline: frozenset[int]
    trailing: bool
    comments: bool
    pascal: bool
    reverse: bool


LAYOUTS = st.builds(
    Layout,
    indent=st.sampled_from(["  ", "    ", "\t", " "]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    colon=st.sampled_from([": ", ":", " : ", ":  "]),
    comma=st.sampled_from([" ", ""]),
    pad=st.sampled_from(["", " "]),
    inline=st.frozensets(st.integers(0, 5), max_size=4),
    trailing=st.booleans(),
    comments=st.booleans(),
    pascal=st.booleans(),
    reverse=st.booleans(),
)


def written(value: Any, layout: Layout) -> str:
    """The value in this layout, with a line end last; every line comment is another one."""
    text = _value(value, layout, 0, "", [0], inline=False)
    return text + layout.line_end


def _value(value: Any, layout: Layout, depth: int, indent: str, count: list[int], *, inline: bool) -> str:
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    inline = inline or depth in layout.inline
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner = indent + layout.indent
    pieces = []
    items = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    if isinstance(value, dict) and layout.reverse:
        items.reverse()
    for number, (key, item) in enumerate(items):
        last = number == len(items) - 1
        name = "" if key is None else json.dumps(_key(key, layout)) + layout.colon
        text = name + _value(item, layout, depth + 1, inner, count, inline=inline)
        comma = "" if last and not layout.trailing else ","
        if inline:
            pieces.append(text + ("" if last else "," + layout.comma))
            continue
        above = f"{inner}// line {_next(count)}{layout.line_end}" if layout.comments else ""
        after = f" // after {_next(count)}" if layout.comments else ""
        pieces.append(f"{above}{inner}{text}{comma}{after}{layout.line_end}")
    if inline:
        return opening + layout.pad + "".join(pieces) + layout.pad + closing
    return opening + layout.line_end + "".join(pieces) + indent + closing


def _key(key: str, layout: Layout) -> str:
    return key[:1].upper() + key[1:] if layout.pascal else key


def _next(count: list[int]) -> int:
    count[0] += 1
    return count[0]
