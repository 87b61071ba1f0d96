"""Saved answers of Microsoft Graph → the collections that they tell.

Forms: one answer, several one after another (what a shell group of `az rest` writes), a list of
records, NDJSON, the answers of one `$batch`, or an object keyed by collection. `read` gives the
collections of one file and `merge` those of several. States are Graph's own: a page with a next link
is partial, an error body is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linter.positions import At, Source
from linter.readers.directory.collections import BY_NAME, Named, by_context, by_keys, by_path
from linter.readers.directory.principals import guid
from linter.readers.node import Node, wrong
from linter.syntax import json_text
from linter.typed import Any, Final, NamedTuple

MOST_EXPANDED: Final = 20
"""How many related objects `$expand` returns at most: a list of as many may go on."""

_ASSIGNED_TO: Final = BY_NAME["approleassignedto"]


class Identified(NamedTuple):
    """A record of any collection under its own id, if it has one; `parent` is what a child was asked of."""

    id: str | None
    record: Any
    parent: str | None = None


class Collections(NamedTuple):
    """What was read, by collection. A collection that no answer is about is in none of these.

    `records` are in the order read, each id once; `empty` names collections for which one answer
    held nothing, `partial` those of which there may be more, `absent` those whose parent does not
    exist (404), `whole` those that are known to be all that the tenant holds. `denied` maps to the
    reason the service gave. `remarks` are sentences about answers that could not be used. `asked_of` are
    the parents of which a child collection was asked, be the answer empty.
    """

    at: At
    records: Mapping[str, tuple[Identified, ...]]
    empty: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    denied: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    asked_of: Mapping[str, frozenset[str]] = {}

    def answered(self, name: str) -> bool:
        """Whether an answer tells this collection, be it empty."""
        return name in self.records or name in self.empty or name in self.whole

    def of(self, name: str) -> tuple[Any, ...]:
        """The records of a collection, none if it is not told."""
        return tuple(identified.record for identified in self.records.get(name, ()))


# --- reading ----------------------------------------------------------------------------------


def read(path: str, text: str, within: str | None = None) -> Collections:
    """The collections of one file; `within` is its path inside a tenant's folder, without suffix.

    Raises `Unreadable` for text that is not JSON, for a record of no known collection, for a
    member of a wrong type, and for two records of one id that differ.
    """
    source = Source(path, text, json_text.spans)
    answers = _Answers()
    named = by_path(within) if within is not None else None
    if named is not None and not text.strip():
        answers.nothing(named)  # NDJSON of no records
    else:
        for pointer, value in json_text.documents(text, path):
            answers.take(value, At(source, pointer), named)
    return merge([answers.collections(At(source, ""))])


def merge(several: Iterable[Collections]) -> Collections:
    """All of them as one; `at` is the first one's. Raises `Unreadable` as `read` does."""
    several = list(several)
    records: dict[str, tuple[Identified, ...]] = {}
    for name in dict.fromkeys(name for one in several for name in one.records):
        records[name] = _each_once(record for one in several for record in one.records.get(name, ()))
    return Collections(
        several[0].at,
        records,
        frozenset().union(*(one.empty for one in several)),
        frozenset().union(*(one.partial for one in several)),
        frozenset().union(*(one.absent for one in several)),
        {name: reason for one in several for name, reason in one.denied.items()},
        tuple(dict.fromkeys(remark for one in several for remark in one.remarks)),
        frozenset().union(*(one.whole for one in several)),
        {
            name: frozenset().union(*(one.asked_of.get(name, frozenset()) for one in several))
            for name in dict.fromkeys(name for one in several for name in one.asked_of)
        },
    )


def _each_once(several: Iterable[Identified]) -> tuple[Identified, ...]:
    """Every record once, those of one id joined: what one answer left out, another may hold."""
    known: dict[str, Identified] = {}
    for number, one in enumerate(several):
        key = f"id {one.parent} {one.id}" if one.id else f"number {number}"
        known[key] = _joined(known[key], one) if key in known else one
    return tuple(known.values())


def _joined(one: Identified, other: Identified) -> Identified:
    missing: dict[str, Any] = {}
    for field, value in other.record._asdict().items():
        present = getattr(one.record, field)
        if field == "places":
            missing[field] = {**value, **present}
        elif present is None:
            missing[field] = value
        elif value is not None and _comparable(present) != _comparable(value):
            raise wrong(other.record.at, f"two records of the id {other.id} differ in {field}")
    return Identified(one.id, one.record._replace(**missing), one.parent or other.parent)


def _comparable(value: Any) -> Any:
    """The value without the places in it."""
    if isinstance(value, At | dict):
        return None
    if isinstance(value, tuple):
        return tuple(map(_comparable, value))
    return value


class _Answers:
    """The answers of one file, taken one by one."""

    def __init__(self) -> None:
        self.records: dict[str, list[Identified]] = {}
        self.empty: set[str] = set()
        self.partial: set[str] = set()
        self.absent: set[str] = set()
        self.denied: dict[str, str] = {}
        self.remarks: list[str] = []
        self.asked_of: dict[str, set[str]] = {}

    def collections(self, at: At) -> Collections:
        return Collections(
            at,
            {name: tuple(records) for name, records in self.records.items()},
            frozenset(self.empty),
            frozenset(self.partial),
            frozenset(self.absent),
            self.denied,
            tuple(self.remarks),
            asked_of={name: frozenset(parents) for name, parents in self.asked_of.items()},
        )

    def take(self, value: Any, at: At, named: Named | None) -> None:
        """One answer, record or list of them; `named` is the collection that its request names."""
        if type(value) is list:
            self.side_by_side(value, at, named)
        elif type(value) is not dict:
            raise wrong(at, "an answer of Microsoft Graph is expected here, an object or a list")
        elif type(value.get("responses")) is list:
            self.batch(value["responses"], at.child("responses"))
        elif type(value.get("error")) is dict:
            self.error(value["error"], named, None)
        elif type(value.get("value")) is list:
            self.page(value, at, _told(value, named))
        elif (names := _names(value)) is not None:
            for key, collection in names:
                self.take(value[key], at.child(key), collection)
        else:
            self.record(value, at, _told(value, named))

    def side_by_side(self, items: list[Any], at: At, named: Named | None) -> None:
        """Records or answers, side by side."""
        if not items:
            self.nothing(named)
        for number, item in enumerate(items):
            self.take(item, at.child(number), named)

    def page(self, page: dict[str, Any], at: At, named: Named | None) -> None:
        """One answer with a list of records, which may be a page of a longer list."""
        items = page["value"]
        if not items:
            self.nothing(named)
        collections = {
            self.record(item, at.child("value", number), named) for number, item in enumerate(items)
        }
        if named is not None:
            collections.add(named.collection.name)
            self.asked(named)
        count = page.get("@odata.count")
        if "@odata.nextLink" in page or (type(count) is int and count > len(items)):
            self.partial |= collections
            self.empty -= collections

    def batch(self, responses: list[Any], at: At) -> None:
        """The answers to one `$batch`; a request's id may be the name of its collection."""
        for number, response in enumerate(responses):
            if type(response) is not dict:
                raise wrong(at.child(number), "a response of a $batch is expected here, an object")
            named = by_path(str(response.get("id")))
            body, status = response.get("body"), response.get("status")
            if type(body) is dict and type(body.get("error")) is dict:
                self.error(body["error"], named, status)
            elif type(status) is int and status >= 400:
                self.error({}, named, status)
            else:
                self.take(body, at.child(number, "body"), named)

    def error(self, error: dict[str, Any], named: Named | None, status: Any) -> None:
        """An answer that is a refusal."""
        said = [str(part) for part in (status, error.get("code"), error.get("message")) if part]
        reason = ": ".join(said) or "an error without a reason"
        if named is None:
            self.remarks.append(f"one answer is an error and does not say of which request ({reason})")
        elif status == 404 or error.get("code") in ("Request_ResourceNotFound", "ResourceNotFound"):
            self.absent.add(named.collection.name)
        else:
            self.denied[named.collection.name] = reason

    def nothing(self, named: Named | None) -> None:
        """An answer without records."""
        if named is None:
            self.remarks.append("one answer is empty and does not say of which collection")
        else:
            self.empty.add(named.collection.name)
            self.asked(named)

    def asked(self, named: Named) -> None:
        """Note of what a child collection was asked."""
        if named.parent is not None:
            self.asked_of.setdefault(named.collection.name, set()).add(named.parent)

    def record(self, members: Any, at: At, named: Named | None) -> str:
        """One record; its collection's name."""
        if type(members) is not dict:
            raise wrong(at, "each record must be an object")
        by_its_keys = None if named is not None else by_keys(members)
        found = Named(by_its_keys) if by_its_keys is not None else named
        if found is None:
            raise wrong(at, f"no known collection has such a record ({_some(members)})")
        collection = found.collection
        if collection.name == "appRoleAssignments" and members.get("principalType") in {"User", "Group"}:
            # The same record, and Graph names both requests alike: seen from the API, not the client.
            collection = _ASSIGNED_TO
        node = Node(members, at, "full")
        told = members.get("@parent")
        parent = told.lower() if type(told) is str else found.parent
        parent = parent if collection.child else None
        self.asked(Named(collection, parent))
        record = collection.read(node)
        self.records.setdefault(collection.name, []).append(Identified(guid(node, "id"), record, parent))
        if collection.name == "oauth2PermissionGrants" and type(members.get("scope")) is not str:
            self.partial.add(collection.name)  # `$select` left out what was granted
        if collection.name == "applications" and len(record.owners or ()) >= MOST_EXPANDED:
            self.partial.add("owners")
        return collection.name


def _told(value: dict[str, Any], named: Named | None) -> Named | None:
    """The collection that an answer itself names, else the one that its request or file names."""
    told = by_context(value)
    if told is None or (named is not None and told.collection is named.collection and told.parent is None):
        return named
    return told


def _names(value: dict[str, Any]) -> list[tuple[str, Named]] | None:
    """The members of an object keyed by collection; None for any other object."""
    keys = [key for key in value if not key.startswith(("@", "$"))]
    if any(type(value[key]) not in (dict, list) for key in keys):
        return None
    found = [(key, named) for key in keys if (named := by_path(key)) is not None]
    return found if keys and len(found) == len(keys) else None


def _some(members: dict[str, Any]) -> str:
    keys = ", ".join(key[:40] for key in list(members)[:5])
    return f"keys: {keys}" if keys else "no keys"
