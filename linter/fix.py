"""Findings' edits as a new text of the file that they are about.

    edits → changes at places that exist → parts of the text → new text, read again and compared

The edits of one finding are made all or none. Equal edits of several findings count once; a finding whose
edits do not go together with those taken before it waits for the next pass. A text that would not read as
its values with the edits applied is never handed out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence

from linter import readers
from linter.errors import Unreadable
from linter.finding import Edit, Finding
from linter.memory import remembers_last
from linter.positions import Source, escape
from linter.syntax.json_edit import CannotChangeError, Change, Replacement, replacements, spliced
from linter.syntax.json_page import Page, steps
from linter.syntax.json_style import Style
from linter.typed import Any, Final, NamedTuple


class Fixed(NamedTuple):
    """A text with findings fixed, and those whose fix was refused with the reason.

    `parts` are what was replaced in the text before.
    """

    text: str
    parts: tuple[Replacement, ...]
    made: tuple[Finding, ...]
    refused: tuple[tuple[Finding, str], ...]


def fix(source: Source, findings: Sequence[Finding]) -> Fixed:
    """Make the edits of `findings`, all of them in `source`, as far as they go together."""
    editor = _Editor(source)
    try:
        return editor.together(findings)
    except CannotChangeError:
        return editor.one_by_one(findings)


def parts_of(source: Source, finding: Finding) -> tuple[Replacement, ...]:
    """The parts of a text that one finding's fix would replace; empty where it cannot be made."""
    try:
        editor = _editor(source)
        return tuple(editor.parts(list(editor.changes(finding.edits).values())))
    except (CannotChangeError, Unreadable):
        return ()


def sources(findings: Iterable[Finding]) -> Iterator[tuple[Source, list[Finding]]]:
    """Findings by the source that their edits are in."""
    found: dict[int, tuple[Source, list[Finding]]] = {}
    for finding in findings:
        if finding.edits:
            source = finding.edits[0].at.source
            found.setdefault(id(source), (source, []))[1].append(finding)
    yield from found.values()


class _Editor:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.page = Page(source.text, source.path)
        self.style = Style(self.page)

    def together(self, findings: Sequence[Finding]) -> Fixed:
        """Make as many findings' edits at once as go together."""
        taken: dict[str, Change] = {}
        made: list[Finding] = []
        refused: list[tuple[Finding, str]] = []
        ground = _Ground()
        for finding in findings:
            try:
                changes = self.changes(finding.edits)
            except CannotChangeError as error:
                refused.append((finding, str(error)))
                continue
            new = {key: change for key, change in changes.items() if key not in taken}
            if ground.is_free(new.values()):
                ground.take(new.values())
                taken |= new
                made.append(finding)
            elif merged := _merged(taken, new.values()):
                taken = merged
                made.append(finding)
        parts = tuple(self.parts(list(taken.values())))
        text = self.checked(list(taken.values()), parts) if taken else self.source.text
        return Fixed(text, parts, tuple(made), tuple(refused))

    def one_by_one(self, findings: Sequence[Finding]) -> Fixed:
        """Make what can be made although some edit cannot, which then is said."""
        made: list[Finding] = []
        refused: list[tuple[Finding, str]] = []
        best = Fixed(self.source.text, (), (), ())
        for finding in findings:
            try:
                best = self.together([*made, finding])
                made = list(best.made)
                refused += best.refused
            except CannotChangeError as error:
                refused.append((finding, str(error)))
        return best._replace(made=tuple(made), refused=tuple(refused))

    # --- edits to changes ---------------------------------------------------------------------

    def changes(self, edits: Iterable[Edit]) -> dict[str, Change]:
        """The changes of the text's values that edits are, at places that exist and as the text spells.

        By what they are as text: equal ones count once.
        """
        found: list[Change] = []
        for edit in edits:
            pointer = self._resolved(edit.at.pointer)
            if edit.action == "convert":
                found += self._converted(pointer)
            else:
                found.append(self._change(edit, pointer))
        return {json.dumps(change): change for change in found}

    def _resolved(self, pointer: str) -> str:
        """The pointer with its keys as the text spells them."""
        value, found = self.page.root, ""
        for step in steps(pointer):
            if type(value) is list and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            elif type(value) is dict and (key := _spelt(step, value)) is not None:
                step, value = key, value[key]  # noqa: PLW2901  the same step as it is written
            else:
                raise CannotChangeError(f"`{pointer}` is not written in it")
            found += "/" + escape(step)
        return found

    def _change(self, edit: Edit, pointer: str) -> Change:
        at, spelt = self.page.value(pointer), self.style.spelt
        if edit.action == "remove":
            return Change("remove", pointer)
        if edit.action == "replace":
            return Change("replace", pointer, spelt(edit.value, pointer))
        if edit.action == "append":
            if at is None:
                return Change("replace", pointer, spelt([edit.value], self.style.named_as(pointer, list)))
            if type(at) not in _CONTAINERS:
                raise CannotChangeError(f"`{pointer}` is no list")
            like = self.style.sibling(pointer, type(edit.value)) if type(at) is list else pointer
            return Change("append", pointer, spelt(edit.value, like))
        if at is None:
            key = self.style.spelt_key(edit.key, None)
            return Change(
                "replace", pointer, {key: spelt(edit.value, self.style.named(key, type(edit.value)))}
            )
        if type(at) is not dict:
            raise CannotChangeError(f"`{pointer}` is no object")
        written = _spelt(edit.key, at)
        if written is not None:
            below = f"{pointer}/{escape(written)}"
            return Change("replace", below, spelt(edit.value, below))
        key = self.style.spelt_key(edit.key, pointer if at else None)
        return Change("set", pointer, spelt(edit.value, self.style.named(key, type(edit.value))), key)

    def _converted(self, pointer: str) -> Iterator[Change]:
        from linter.readers.conversion import to_graph  # noqa: PLC0415  only where a file is converted

        older = self.page.value(pointer)
        newer = to_graph(older)
        for key in older:
            below = f"{pointer}/{escape(key)}"
            if key not in newer:
                yield Change("remove", below)
            elif _differs(older[key], newer[key]):
                yield Change("replace", below, newer[key])
        for key in newer:
            if key not in older:
                yield Change("set", pointer, newer[key], key)

    # --- changes to text ----------------------------------------------------------------------

    def checked(self, changes: list[Change], parts: Iterable[Replacement]) -> str:
        """The text with the parts replaced, which reads as its values with the changes applied."""
        text = spliced(self.source.text, parts)
        changes = self._without_empty_blocks(changes)
        try:
            page = Page(text)
            same = not _differs(page.root, self._values_after(changes))
            known = _count(self.source.path, text) == _count(self.source.path, self.source.text)
        except Unreadable as error:
            raise CannotChangeError(f"the result would not be read: {error.problem.message}") from None
        if not same:
            raise CannotChangeError("the result would not be what was meant")
        if not known:
            raise CannotChangeError("so little would be left that nobody could tell what the file is")
        return text

    def parts(self, changes: list[Change]) -> list[Replacement]:
        """The parts of the text that the changes replace."""
        return replacements(self.page, self.style, self._without_empty_blocks(changes))

    def _without_empty_blocks(self, changes: list[Change]) -> list[Change]:
        """The changes; where all permissions of an API go and none comes, its block goes.

        The directory refuses an API without permissions.
        """
        removed: dict[str, int] = {}
        for change in changes:
            if change.action == "remove":
                above = change.pointer.rpartition("/")[0]
                removed[above] = removed.get(above, 0) + 1
        added = {change.pointer for change in changes if change.action == "append"}
        empty = [
            pointer
            for pointer, number in removed.items()
            if pointer.rpartition("/")[2].lower() == "resourceaccess" and pointer not in added
            if len(self.page.value(pointer)) == number
        ]
        for pointer in empty:
            block = pointer.rpartition("/")[0]
            changes = [change for change in changes if not _is_within(change.pointer, block)]
            changes.append(Change("remove", block))
        return changes

    def _values_after(self, changes: list[Change]) -> Any:
        """The values of the text with the changes applied."""
        box = [copy.deepcopy(self.page.root)]

        def holder(pointer: str) -> tuple[Any, Any]:
            above, step = box, 0
            value: Any = box[0]
            for name in steps(pointer):
                above, step = value, int(name) if type(value) is list else name  # type: ignore[assignment]
                value = value[step]
            return above, step

        placed = [(change, *holder(change.pointer)) for change in changes]
        going: dict[int, tuple[Any, list[Any]]] = {}
        for change, above, step in placed:
            at = above[step]
            if change.action == "remove":
                going.setdefault(id(above), (above, []))[1].append(step)
            elif change.action == "replace":
                above[step] = change.value
            elif change.action == "set":
                at[change.key] = change.value
            elif type(at) is list:
                at.append(change.value)
            else:
                above[step] = [at, change.value]
        for above, names in going.values():
            for name in sorted(names, reverse=True):
                del above[name]
        root = box[0]
        # A list of documents of which one is left is that one.
        return root[0] if self.page.several and len(root) == 1 else root


#: A report asks for one finding's parts after the other's, in the order of the files.
_editor: Final = remembers_last(_Editor)


class _Ground:
    """The places that changes have taken, so that no two contradict each other."""

    def __init__(self) -> None:
        self._gone: set[str] = set()  # what is removed or replaced
        self._touched: set[str] = set()  # what is changed, and everything above it
        self._new: set[tuple[str, str]] = set()

    def is_free(self, changes: Iterable[Change]) -> bool:
        """Whether the changes can be made beside those that were taken, and beside each other."""
        alone = _Ground()
        for change in changes:
            if self._meets(change) or alone._meets(change):
                return False
            alone.take([change])
        return True

    def take(self, changes: Iterable[Change]) -> None:
        """Keep these places."""
        for change in changes:
            if change.action in ("remove", "replace"):
                self._gone.add(change.pointer)
            else:
                self._new.add(_identity(change))
            self._touched.update(_upwards(change.pointer))

    def _meets(self, change: Change) -> bool:
        if any(pointer in self._gone for pointer in _upwards(change.pointer)):
            return True
        if change.action in ("remove", "replace"):
            return change.pointer in self._touched
        return _identity(change) in self._new


def _merged(taken: dict[str, Change], new: Iterable[Change]) -> dict[str, Change]:
    """The changes taken, with what new blocks of the same APIs declare; empty where something else is new.

    All that calls lack must come at once: what is declared for one may hide that another lacks something.
    """
    for change in new:
        found = [key for key, other in taken.items() if _is_same_block(other, change)]
        if not found:
            return {}
        value = {
            name: [*inner, *(one for one in change.value[name] if one not in inner)]
            if type(inner) is list and type(change.value.get(name)) is list
            else inner
            for name, inner in taken[found[0]].value.items()
        }
        more = taken[found[0]]._replace(value=value)
        taken = {json.dumps(more) if key == found[0] else key: one for key, one in taken.items()}
        taken[json.dumps(more)] = more
    return taken


def _is_same_block(one: Change, other: Change) -> bool:
    appended = one.action == other.action == "append"
    return appended and type(one.value) is type(other.value) is dict and _identity(one) == _identity(other)


def _identity(change: Change) -> tuple[str, str]:
    """What a new member or item is: two of one identity are one too many.

    An object is what it says beside the lists and objects in it: a block is its API, whatever it declares.
    """
    if change.action != "append":
        return change.pointer, f"{change.action} {change.key.lower()}"
    value = change.value
    if type(value) is dict:
        value = {key: inner for key, inner in value.items() if type(inner) not in _CONTAINERS}
    return change.pointer, json.dumps(value)


def _upwards(pointer: str) -> Iterator[str]:
    """The pointer and all above it."""
    while True:
        yield pointer
        if not pointer:
            return
        pointer = pointer.rpartition("/")[0]


def _is_within(pointer: str, block: str) -> bool:
    return pointer == block or pointer.startswith(block + "/")


def _spelt(key: str, members: dict[str, Any]) -> str | None:
    """A member's key as it is written: the exact one, else the first that differs in case alone."""
    if key in members:
        return key
    return next((name for name in members if name.lower() == key.lower()), None)


def _count(path: str, text: str) -> int:
    """How many registrations a text holds."""
    return len(readers.read(path, text) or ())


def _differs(one: Any, other: Any) -> bool:
    """Whether two values are not the same to the last detail: true is not 1, and order counts."""
    return json.dumps(one) != json.dumps(other)


_CONTAINERS: Final = (dict, list)
