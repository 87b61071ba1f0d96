"""The guard: what two witnesses together let us say, and how surely.

Microsoft publishes an operation's permissions twice, as data (permissions.json)
and in the reference pages' tables, and each has known defects. The guard takes
what both list, removes what a known defect put there, and grades the rest:

* high: both witnesses agree on whether access is supported, and on a least
  privileged permission;
* medium: only one witness knows, or they list different permissions;
* low: they disagree on support, or a known defect touched what both list.

Every function is pure, and nothing here runs when a manifest is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from linter.catalog.names import consented_by_resource, reads, writes
from linter.catalog.records import UNSUPPORTED, Scheme, Support
from linter.finding import Confidence
from linter.typed import Final, NamedTuple

Alternative = tuple[str, ...]


class Listed(NamedTuple):
    """How permissions.json lists one alternative of an operation.

    `least` is its tag; the tag belongs to a set of paths and methods, so `methods`, the number of
    methods of this path that the permission is listed for, tells which tags were meant.
    """

    least: bool
    methods: int


class Known(NamedTuple):
    """What is known of permission names under one scheme.

    `live` are published today, `named` exist in any source; `levels` are 1 to 4; `breadth` is the
    number of operations that each one opens.
    """

    live: Collection[str]
    named: Collection[str]
    levels: Mapping[str, int]
    breadth: Mapping[str, int]


class Verdict(NamedTuple):
    """The answer, and what was removed for it: defect → alternatives."""

    support: Support
    removed: tuple[tuple[str, Alternative], ...]


# Permissions over the signed-in user's own account, of which the data also says that they open
# /users/{id}: they do for one id, the user's own.
_SELF_ONLY: Final = frozenset({"User.Read", "User.ReadWrite"})

_INTUNE_PATHS: Final = frozenset({"devicemanagement", "deviceappmanagement"})


def _intune(name: str) -> bool:
    return name.startswith("DeviceManagement")


def without_intune(
    path: tuple[str, ...], pages: Mapping[Scheme, set[Alternative]] | None
) -> Mapping[Scheme, set[Alternative]] | None:
    """Documented tables without Intune's view of the directory; None if nothing else is documented.

    Intune documents `PATCH /users/{id}` and the like for its own properties. Such a table does not
    answer for the directory's operation of the same address.
    """
    if pages is None or path[0] in _INTUNE_PATHS:
        return pages
    rest = {
        scheme: {found for found in accepted if not any(map(_intune, found))}
        for scheme, accepted in pages.items()
    }
    if any(rest.values()):
        return rest
    # Deeper paths (/users/{id}/managedDevices) are Intune's own.
    return pages if len(path) > 2 else None


# Endings of permissions that open only some of an operation's objects: those the app owns, made or
# is installed in, those a user picked, those of another kind. Enough for some calls, so accepted;
# not the least for a call of which nothing more is known.
_PARTIAL_ENDS: Final = (
    ".AppFolder", ".Selected", ".WhereInstalled", ".CreatedByApp", ".ManagedBy", ".IdentityParentedBy",
    ".CrossCloud", ".Shared",
)  # fmt: skip
_PARTIAL_WORDS: Final = ("NonOwnerRole",)

_MAILBOX: Final = frozenset(
    {"Calendars", "Contacts", "Mail", "MailboxFolder", "MailboxItem", "MailboxSettings"}
)


_WHOLE_VERBS: Final = frozenset({"ReadWrite", "ReadUpdate", "Write", "Manage", "FullControl", "AccessAsUser"})


def partial(name: str, method: str, path: tuple[str, ...]) -> bool:
    """Whether a permission opens only some of the objects, or of the properties, of an operation."""
    area, _, rest = name.partition(".")
    if name.endswith(_PARTIAL_ENDS) or any(word in rest for word in _PARTIAL_WORDS):
        return True
    if area == "AgentIdUser" and path[0] == "users":
        return True  # users that belong to agents
    if area in _MAILBOX and path[0] == "groups":
        return True  # a user's mailbox, not the group's
    if method == "PATCH" and len(path) == 2 and path[1] == "{}":
        # `User-Phone.ReadWrite.All`, `User.EnableDisableAccount.All`, `Group.ManageProtection.All`: one
        # aspect of a resource whose PATCH takes many.
        return "-" in area or rest.partition(".")[0] not in _WHOLE_VERBS
    return False


# The page wants a second permission for devices, contacts and service principals as members; for
# users and groups the first one is enough (reference page "Add members", group-post-members).
_ALONE: Final[dict[tuple[str, tuple[str, ...]], Alternative]] = {
    ("POST", ("groups", "{}", "members", "$ref")): ("GroupMember.ReadWrite.All",)
}

# What these need depends on what the body names: a mailbox, a chat, a printer … to watch or search.
_BODY_DECIDES: Final = frozenset({("subscriptions",), ("subscriptions", "{}"), ("search", "query")})

_READS: Final = frozenset({"GET", "HEAD"})

# Defects whose reason is known so well that the rest stays as sure as it was.
INTUNE: Final = "Intune permission on a directory path"
_UNDERSTOOD: Final = frozenset({"self-only permission", INTUNE})

# --- the verdict --------------------------------------------------------------------------------


def judge(
    method: str,
    path: tuple[str, ...],
    scheme: Scheme,
    listed: Mapping[Alternative, Listed] | None,
    documented: Collection[Alternative] | None,
    known: Known,
    *,
    creates: bool = False,
) -> Verdict:
    """What `method` on `path` needs under `scheme`.

    `listed` and `documented` are None where that witness does not know the operation at all, and
    empty where it knows it and names nothing for this scheme. The reference pages have no column
    of their own for personal accounts: pass None. `creates` tells of a POST that it adds to a
    collection; other POSTs are actions, which may well only read.
    """
    if path[0] == "me" and scheme == "Application":
        # A token without a user has no "me", whatever the data lists.
        said = {*(listed or ()), *(documented or ())}
        return Verdict(UNSUPPORTED, tuple(("app-only on /me", found) for found in sorted(said)))
    removed: list[tuple[str, Alternative]] = []
    data = _clean(listed, known, removed)
    order = {frozenset(found): found for found in listed or ()}
    pages = _clean(
        None if documented is None else {order.get(frozenset(found), found) for found in documented},
        known,
        removed,
    )
    alone = _ALONE.get((method, path))
    if alone and pages is not None:
        pages.append(alone)
    both = set(data or ()) & set(pages or ())
    accepted = set(data or ()) | set(pages or ())
    if not accepted:
        return Verdict(UNSUPPORTED._replace(confidence=_grade_nothing(data, pages)), tuple(removed))
    if data is not None and pages is not None and not pages:
        # The pages are the contract: a scheme they leave empty is not supported.
        removed += [("undocumented scheme", found) for found in sorted(accepted)]
        return Verdict(UNSUPPORTED._replace(confidence="low"), tuple(removed))

    doubtful = path in _BODY_DECIDES
    for defect, wrong in _defects(method, path, accepted, pages, listed or {}, creates=creates):
        if wrong == accepted:
            doubtful = True  # nothing else is left: keep it, but say so
            continue
        removed += [(defect, found) for found in sorted(wrong)]
        # Where only one witness lists the defect, the other one already refutes it.
        doubtful = doubtful or (bool(wrong & both) and defect not in _UNDERSTOOD)
        accepted -= wrong
    smaller = _undominated(accepted)
    unique = {frozenset(found) for found in smaller}
    dominated = sorted(found for found in accepted if frozenset(found) not in unique)
    removed += [("more than another alternative", found) for found in dominated]
    accepted = smaller
    in_pairs = {(name,) for found in pages or () for name in found}
    named = accepted & (both | (in_pairs & set(data or ())))
    whole = _whole(method, path, accepted, known)
    least = _least(method, path, scheme, whole, named, listed or {}, known)
    eligible = [found for found in whole if found in named] or whole
    if path in _BODY_DECIDES:
        least, eligible = [], []
    confidence: Confidence
    if doubtful or (pages is not None and data == []):
        confidence = "low"
    elif data is not None and pages is not None and least and least[0] in both:
        confidence = "high"
    else:
        confidence = "medium"
    rest = sorted(accepted.difference(least), key=lambda found: _privilege(found, known))
    ordered = (*least, *rest)
    fit = tuple(found for found in ordered if found in least or found in eligible)
    return Verdict(Support(True, ordered, tuple(least), confidence, fit), tuple(removed))


def _clean(
    found: Iterable[Alternative] | None, known: Known, removed: list[tuple[str, Alternative]]
) -> list[Alternative] | None:
    """Only alternatives all of whose names exist under this scheme."""
    if found is None:
        return None
    kept = []
    for alternative in sorted(found):
        if all(name in known.named for name in alternative):
            kept.append(alternative)
        else:
            removed.append(("no such permission under this scheme", alternative))
    return kept


def _grade_nothing(data: list[Alternative] | None, pages: list[Alternative] | None) -> Confidence:
    return "high" if data is not None and pages is not None else "medium"


def _defects(
    method: str,
    path: tuple[str, ...],
    accepted: set[Alternative],
    pages: list[Alternative] | None,
    listed: Mapping[Alternative, Listed],
    *,
    creates: bool,
) -> Iterable[tuple[str, set[Alternative]]]:
    """Known defects and what each put among `accepted`, which shrinks between the steps."""
    if path[0] not in _INTUNE_PATHS:
        # Intune's own pages document its view of /users, /groups, …; it opens nothing there.
        intune = {found for found in accepted if any(_intune(name) for name in found)}
        if any(not any(_intune(name) for name in found) for found in accepted):
            yield INTUNE, intune
    if (creates and path not in _BODY_DECIDES) or method in {"PATCH", "PUT", "DELETE"}:
        yield "read permission on a write", {found for found in accepted if all(map(reads, found))}
    if path[0] == "users":
        yield (
            "self-only permission",
            {found for found in accepted if found[0] in _SELF_ONLY and len(found) == 1},
        )
    # `AlsoRequires` names what is needed beside another permission. Listed alone as well, it is
    # wrong, unless the pages say that it is enough.
    stated = set(pages or ())
    seconds = {found[1] for found in listed if len(found) > 1}
    yield "second half of a pair alone", {(name,) for name in seconds if (name,) in accepted - stated}


def _undominated(accepted: set[Alternative]) -> set[Alternative]:
    """Without alternatives that hold another one, and with one order for each pair."""
    unique = {frozenset(found): found for found in sorted(accepted, reverse=True)}
    return {found for names, found in unique.items() if not any(other < names for other in unique)}


def _privilege(found: Alternative, known: Known) -> tuple[int, int, int, Alternative]:
    """Sort key: level, number of permissions, operations opened, name. No level counts as 3."""
    return (
        max(known.levels.get(name, 3) for name in found),
        len(found),
        sum(known.breadth.get(name, 0) for name in found),
        found,
    )


def _basic_of(found: Alternative, other: Alternative, scheme: Scheme) -> bool:
    """Whether `found` is `X.ReadBasic…` where `other` is `X.Read…`: the same with less in it."""
    if len(found) != 1 or len(other) != 1:
        return False
    area, _, rest = other[0].partition(".")
    if not rest.startswith("Read") or rest.startswith(("ReadBasic", "ReadWrite")):
        return False
    # Every application permission is for all mailboxes: `.All` there is no more than none.
    everything = f"{area}.ReadBasic.All" if scheme == "Application" else ""
    return found[0] in {f"{area}.ReadBasic{rest[4:]}", everything}


def _of_another_area(found: Alternative, path: tuple[str, ...]) -> bool:
    """Whether no permission of `found` is named after a resource on the path: `GroupMember…` on `/groups`."""
    areas = [name.partition(".")[0].lower() for name in found]
    for token in ("users", *path) if path[0] == "me" else path:
        literal = token.partition("(")[0]
        one = literal[:-3] + "y" if literal.endswith("ies") else literal.removesuffix("s")
        if len(one) > 2 and any(area.startswith(one) for area in areas):
            return False
    return True


def _whole(method: str, path: tuple[str, ...], accepted: set[Alternative], known: Known) -> list[Alternative]:
    """The alternatives that are published today and open all of the operation's objects; else all."""

    def sound(found: Alternative) -> bool:
        return all(name in known.live and not consented_by_resource(name) for name in found)

    def whole(found: Alternative) -> bool:
        return not any(partial(name, method, path) for name in found)

    candidates = [found for found in accepted if sound(found)] or list(accepted)
    return [found for found in candidates if whole(found)] or candidates


def _least(
    method: str,
    path: tuple[str, ...],
    scheme: Scheme,
    candidates: list[Alternative],
    named: set[Alternative],
    listed: Mapping[Alternative, Listed],
    known: Known,
) -> list[Alternative]:
    """The least privileged alternatives, the best first; the others are tags that were meant as well."""

    def meant(found: Alternative) -> tuple[bool, int, int, int, int, int, Alternative]:
        # A tag is for a set of methods; it is meant for this one where it is for no other.
        level, size, breadth, names = _privilege(found, known)
        methods = listed[found].methods
        changes = sum(map(writes, found)) if method in _READS else 0
        return (methods > 1, level, changes, size, methods, breadth, names)

    def harmless(found: Alternative) -> bool:
        return not any(map(writes, found))

    if method in _READS and any(map(reads, (name for found in candidates for name in found))):
        # A write is never recommended for a read where a read is accepted.
        candidates = [found for found in candidates if harmless(found)] or candidates
    # Where both witnesses know the operation, a least is named by both.
    candidates = [found for found in candidates if found in named] or candidates
    tagged = [found for found in candidates if found in listed and listed[found].least]
    if tagged:
        tagged.sort(key=meant)
        better = [found for found in candidates if _basic_of(found, tagged[0], scheme)]
        if path[0] == "me" and method in _READS and tagged[0][0].endswith(".All"):
            # For one's own data no permission over everybody's is the least.
            better += [found for found in candidates if len(found) == 1 and found[0] in _SELF_ONLY]
        return [*sorted(better), *(found for found in tagged if found not in better)]

    def plain(found: Alternative) -> tuple[int, int, bool, int, int, Alternative]:
        level, size, breadth, names = _privilege(found, known)
        changes = sum(map(writes, found)) if method in _READS else 0
        return (level, changes, _of_another_area(found, path), size, breadth, names)

    return sorted(candidates, key=plain)[:1]
