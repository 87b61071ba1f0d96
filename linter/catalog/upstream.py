"""Upstream's files as evidence, each entry repaired or quarantined in the open.

A path that is not a template as it stands is repaired where its meaning is
certain and set aside (quarantined) where it is not; either way the report
gets the entry, under the name of what is wrong with it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

from linter.catalog import match
from linter.catalog.inputs import DOCUMENTED, Inputs
from linter.catalog.layout import LENGTH, LEVELS, METHODS
from linter.catalog.records import GRAPH, SCHEMES, PermissionType, Scheme
from linter.typed import Any, Final, NamedTuple

Alternative = tuple[str, ...]
Key = tuple[str, tuple[str, ...]]  # method and tokens of the template


class Report:
    """What the compiler repaired, set aside or noticed: class of defect → entries."""

    def __init__(self) -> None:
        self.classes: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, defect: str, entry: str) -> None:
        """Note one entry; the same entry counts once."""
        self.classes[defect].add(entry)

    def lines(self, most: int | None = None) -> Iterator[str]:
        """Every class with its number and its entries, of which at most `most` are shown."""
        for defect in sorted(self.classes):
            entries = sorted(self.classes[defect])
            yield f"{defect}: {len(entries)}"
            yield from (f"  {entry}" for entry in entries[:most])
            if most is not None and len(entries) > most:
                yield f"  … {len(entries) - most} more"


class Tag(NamedTuple):
    """How permissions.json lists one alternative at one (method, path, scheme)."""

    least: bool
    methods: int  # how many methods of this path the permission is listed for in this scheme


class Witnesses(NamedTuple):
    """What both witnesses say.

    `tagged` is permissions.json: operation → scheme → alternative → tag. `documented` is the
    reference pages: (version, operation) → scheme → alternatives; their delegated column is
    DelegatedWork. `spellings` holds the mixed-case spelling of literals.
    """

    tagged: dict[Key, dict[Scheme, dict[Alternative, Tag]]]
    documented: dict[tuple[str, Key], dict[Scheme, set[Alternative]]]
    spellings: dict[str, str]


class Published(NamedTuple):
    """One permission as the sources together publish it (see `records.Permission`)."""

    resource: str
    id: str
    value: str
    type: PermissionType
    admin_consent: bool | None
    level: int | None
    live: bool
    hidden: bool
    enabled: bool
    personal: bool


# --- paths --------------------------------------------------------------------------------------

# Sample ids that were left in templates: long, and with a digit.
SAMPLE: Final = re.compile(
    r"(?=.*[0-9])(?:[0-9a-f]{32}|[0-9a-z]{6,}(?:-[0-9a-z]{4,}){2,4})|[0-9]+", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"[a-z0-9._$(),-]{1,200}")
_GLUED: Final = re.compile(r"^([A-Za-z]+)(\{[^{}]*\})$")
_AFTER_CALL: Final = re.compile(r"^([\w.]+\(.*\))(\w+)$")
_ASSIGNED: Final = re.compile(r"^(\w+)=(\{[^{}]*\})$")


def template(path: str, calls: frozenset[str], report: Report) -> tuple[str, ...] | None:
    """The tokens of an upstream path; None if it is quarantined. `calls` are known function tokens."""
    written = path
    if len(path) > LENGTH:
        report.add("quarantined: path longer than any URL's", written[:LENGTH])
        return None
    for mark in "?#":
        if mark in path:
            path = path.partition(mark)[0]
            report.add("repaired: query or fragment in a path", written)
    if "https://" in path:
        path = match.parse_url(path).path
        report.add("repaired: full URL as a path", written)
    if "/.../" in path:
        report.add("repaired: ellipsis for further levels left out", written)
    segments: list[str] = []
    # Values in an argument list may hold a slash; the matcher's own splitter knows.
    for segment in match.split(path):
        if not segment:
            continue
        if "}}" in segment and "{{" not in segment:
            report.add("repaired: surplus brace", written)
            segment = segment.replace("}}", "}")  # noqa: PLW2901  the same segment, repaired
        if segment.startswith("("):
            report.add("repaired: placeholder in round brackets", written)
        if segment.count("(") > segment.count(")"):
            report.add("repaired: argument list without an end", written)
            segment += ")"  # noqa: PLW2901  the same segment, repaired
        if glued := _GLUED.match(segment):
            report.add("repaired: slash missing before a placeholder", written)
            segments += glued.groups()
        elif after := _AFTER_CALL.match(segment):
            report.add("repaired: slash missing after a function call", written)
            segments += after.groups()
        elif assigned := _ASSIGNED.match(segment):
            repaired = _assigned(assigned[1], assigned[2], segments, calls)
            if repaired is None:
                report.add("quarantined: segment with an equals sign", written)
                return None
            report.add("repaired: brackets missing around an argument", written)
            segments = repaired
        else:
            segments.append(segment)
    out = []
    for token in match.tokens("/".join(segments)):
        if SAMPLE.fullmatch(token):
            report.add("repaired: sample id in a path", written)
            out.append(match.SLOT)
        else:
            out.append(token.lstrip(".") or match.SLOT)
    if not out or out[0] == match.SLOT:
        report.add("quarantined: path without a leading literal", written)
        return None
    if len(out) > LEVELS:
        report.add("quarantined: path of too many levels", written)
        return None
    if not all(token == match.SLOT or _TOKEN.fullmatch(token) for token in out):
        report.add("quarantined: path with a character that no template has", written)
        return None
    return tuple(out)


def _assigned(name: str, value: str, before: list[str], calls: frozenset[str]) -> list[str] | None:
    """`f` + `arg={x}` as one segment, or as the key of the segment before it."""
    for at in range(1, len(name)):
        if f"{name[:at]}({name[at:]})".lower() in calls:
            return [*before, f"{name[:at]}({name[at:]}={value})"]
    return [*before[:-1], f"{before[-1]}({name}={value})"] if before else None


# --- the two witnesses --------------------------------------------------------------------------


def load(inputs: Inputs, report: Report) -> Witnesses:
    """Read permissions.json and the documented tables."""
    upstream = _permissions_json(inputs, report)
    documents = list(_with_method(inputs[DOCUMENTED], report))
    paths = {path for entry in upstream.values() for group in entry["pathSets"] for path in group["paths"]}
    paths |= {row["path"] for row in documents}
    first = Report()  # function tokens are needed to repair, so paths are read twice
    calls = frozenset(
        token for path in paths for token in template(path, frozenset(), first) or () if token.endswith(")")
    )
    templates = {path: template(path, calls, report) for path in sorted(paths)}
    return Witnesses(
        _tagged(upstream, templates, report),
        _documented(documents, upstream, templates, _live_names(inputs, report), report),
        _spellings(documents, paths),
    )


def _with_method(documents: Iterable[dict[str, Any]], report: Report) -> Iterator[dict[str, Any]]:
    for row in documents:
        if row["method"] in METHODS:
            yield row
        else:
            report.add("quarantined: unknown method", f"{row['method']} {row['path']} (documented)")


def _tagged(
    upstream: dict[str, Any], templates: dict[str, tuple[str, ...] | None], report: Report
) -> dict[Key, dict[Scheme, dict[Alternative, Tag]]]:
    # (tokens, scheme) → permission → method → (least, beside)
    by_path: defaultdict[
        tuple[tuple[str, ...], Scheme], defaultdict[str, dict[str, tuple[bool, Alternative]]]
    ]
    by_path = defaultdict(lambda: defaultdict(dict))
    for name, entry in upstream.items():
        for group in entry["pathSets"]:
            for path, text in group["paths"].items():
                if (key := templates[path]) is None:
                    continue
                marks = dict(mark.split("=", 1) for mark in text.split(";") if "=" in mark)
                least_in = marks.get("least", "").split(",")
                others = [other for other in marks.get("AlsoRequires", "").split(",") if other]
                beside = tuple([other for other in others if _NAME_ALONE.fullmatch(other)])
                for other in others:
                    if other not in beside:
                        report.add(
                            "quarantined: no name of a permission", f"{other}: beside {name} at {path}"
                        )
                for scheme in group["schemeKeys"]:
                    if scheme not in SCHEMES:
                        report.add("quarantined: unknown scheme", f"{scheme}: {name}")
                        continue
                    for method in group["methods"]:
                        known = by_path[key, scheme][name].get(method, (False, ()))
                        by_path[key, scheme][name][method] = (
                            known[0] or scheme in least_in,
                            known[1] or beside,
                        )
    out: defaultdict[Key, dict[Scheme, dict[Alternative, Tag]]] = defaultdict(dict)
    for (key, scheme), names in by_path.items():
        for name, methods in names.items():
            for method, (least, beside) in methods.items():
                if method not in METHODS:
                    report.add("quarantined: unknown method", f"{method} /{'/'.join(key)} ({name})")
                    continue
                accepted = out[method, key].setdefault(scheme, {})
                alternatives = [_together(name, other) for other in beside] or [(name,)]
                accepted |= {alternative: Tag(least, len(methods)) for alternative in alternatives}
    return dict(out)


def _together(*names: str) -> Alternative:
    return tuple(dict.fromkeys(names))


# A name within a sentence, and one that stands alone (`openid`, `user_impersonation`).
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9-]+)+")
_NAME_ALONE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


def _documented(
    documents: list[dict[str, Any]],
    upstream: dict[str, Any],
    templates: dict[str, tuple[str, ...] | None],
    live: dict[str, str],
    report: Report,
) -> dict[tuple[str, Key], dict[Scheme, set[Alternative]]]:
    out: defaultdict[tuple[str, Key], dict[Scheme, set[Alternative]]] = defaultdict(dict)
    for row in documents:
        if (tokens := templates[row["path"]]) is None:
            continue
        where = f"{row['version']} {row['method']} {row['path']}"
        scheme: Scheme = "Application" if row["scheme"] == "Application" else "DelegatedWork"
        accepted = out[row["version"], (row["method"], tokens)].setdefault(scheme, set())
        notes = row.get("and_notes", {})
        for text in row["all"]:
            if text not in notes and text in upstream:
                accepted.add((text,))
                continue
            if len(notes.get(text, text)) > LENGTH:
                report.add("quarantined: no permission in a documented table", f"{text[:80]}…: {where}")
                continue
            if text in notes:
                for half in notes[text].split("▪️"):
                    found = _together(*(live.get(name.lower(), name) for name in _NAME.findall(half)))
                    if len(found) > 2:
                        together = " and ".join(found)
                        report.add("quarantined: more than two permissions together", f"{together}: {where}")
                    elif found:
                        accepted.add(found)
                continue
            names = [live.get(name.lower(), name) for name in _NAME.findall(text)]
            if not names:
                report.add("quarantined: no permission in a documented table", f"{text}: {where}")
            elif len(names) == 1 and names[0].lower() == text.lower() and names[0] != text:
                report.add("repaired: spelling of a live permission", f"{text}: {where}")
            elif names != [text]:
                report.add("repaired: prose around documented permissions", f"{text}: {where}")
            accepted.update((name,) for name in names)
    return dict(out)


def _spellings(documents: list[dict[str, Any]], paths: set[str]) -> dict[str, str]:
    """Literal → how it is spelt, by the documented paths first; the most frequent form, else the first."""
    out: dict[str, str] = {}
    for source in (paths, {row["path"] for row in documents}):
        seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for path in source:
            for word in _WORD.findall(_NO_WORD.sub("{}", path)):
                seen[word.lower()][word] += 1
        out |= {word: max(sorted(forms), key=lambda form: forms[form]) for word, forms in seen.items()}
    return out


_WORD: Final = re.compile(r"\$?[A-Za-z][A-Za-z0-9_-]*")
_NO_WORD: Final = re.compile(r"\{[^{}]*\}|'[^']*'|\?.*")


# --- permissions --------------------------------------------------------------------------------

_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NO_GUID: Final = "00000000-0000-0000-0000-000000000000"


class _Deployed(NamedTuple):
    """What provisioningInfo.json and permissions-descriptions.json know of one Graph permission.

    `ids` maps a GUID to the file it is from; `hidden` and `enabled` hold one flag per row.
    """

    ids: dict[str, str]
    hidden: list[bool]
    enabled: list[bool]


_Name = tuple[str, PermissionType]


def permissions(inputs: Inputs, report: Report) -> list[Published]:
    """All permissions, Microsoft Graph's and those of the other APIs, sorted and unique.

    The live lists decide which exist, their types, GUIDs and admin consent; permissions.json gives
    levels and whether personal accounts get them; the other files name what is not live (any more).
    """
    live = _live(inputs, report)
    owners = {entry["Id"].lower(): name for (name, _), entry in live.items()}
    deployed, out = _deployed(inputs, set(owners), report)
    upstream = _permissions_json(inputs, report)
    names = set(live) | set(deployed)
    for name, entry in upstream.items():
        names |= {(name, _kind(scheme)) for scheme in entry["schemes"]}
    for name, kind in sorted(names):
        schemes = upstream.get(name, {}).get("schemes", {})
        known = deployed.get((name, kind), _Deployed({}, [], []))
        if (name, kind) in live:
            published = _of_live(name, kind, live[name, kind], schemes, known, report)
        else:
            published = _not_live(name, kind, schemes, known, owners, report)
        out.append(published)
    return sorted(
        set(out), key=lambda item: (item.resource != GRAPH, item.resource, item.value, item.type, item.id)
    )


def _live_names(inputs: Inputs, report: Report) -> dict[str, str]:
    """The live names by their lower case: the one way to spell them."""
    return {name.lower(): name for name, _ in _live(inputs, report)}


def _permissions_json(inputs: Inputs, report: Report) -> dict[str, Any]:
    """The entries of permissions.json by name, live names as spelt in the live lists."""
    live = _live_names(inputs, report)
    out: dict[str, Any] = {}
    for written, entry in inputs["permissions.json"]["permissions"].items():
        name = live.get(written.lower(), written)
        if not _NAME_ALONE.fullmatch(name):
            report.add("quarantined: no name of a permission", f"{written}: permissions.json")
            continue
        if name != written:
            report.add("repaired: spelling of a live permission", f"{written}: permissions.json")
        if name in out:
            report.add("repaired: two spellings of one permission united", f"{written}: permissions.json")
            out[name] = {
                **out[name],
                "schemes": entry["schemes"] | out[name]["schemes"],
                "pathSets": out[name]["pathSets"] + entry["pathSets"],
            }
        else:
            out[name] = entry
    return out


def _kind(scheme: str) -> PermissionType:
    return "Role" if scheme == "Application" else "Scope"


def _live(inputs: Inputs, report: Report) -> dict[_Name, dict[str, Any]]:
    """What Graph's own service principal publishes."""
    live: dict[_Name, dict[str, Any]] = {}
    kinds: tuple[tuple[str, PermissionType], ...]
    kinds = ("GraphAppRoles.json", "Role"), ("GraphDelegateRoles.json", "Scope")
    for file, kind in kinds:
        for entry in inputs[file]:
            name = entry["Value"]
            if not _NAME_ALONE.fullmatch(name):
                report.add("quarantined: no name of a permission", f"{name}: {file}")
            elif not _guid(entry["Id"], f"{name} ({kind})", report):
                report.add("quarantined: live permission without GUID", f"{name} ({kind})")
            else:
                live[name, kind] = entry
    return live


def _deployed(
    inputs: Inputs, live_ids: set[str], report: Report
) -> tuple[dict[_Name, _Deployed], list[Published]]:
    """Graph's permissions in the two files without paths, and the permissions of other APIs."""
    graph: defaultdict[_Name, _Deployed] = defaultdict(lambda: _Deployed({}, [], []))
    others: list[Published] = []
    live = _live_names(inputs, report)
    for written, rows in sorted(inputs["provisioningInfo.json"]["permissionDeployments"].items()):
        name = live.get(written.lower(), written)
        if not _NAME_ALONE.fullmatch(name):
            report.add("quarantined: no name of a permission", f"{written}: provisioningInfo.json")
            continue
        if name != written:
            report.add("repaired: spelling of a live permission", f"{written}: provisioningInfo.json")
        for row in rows:
            kind = _kind(row["scheme"])
            where = f"{name} ({kind})"
            resource = (row["resourceAppId"] or GRAPH).lower()
            if not _GUID.fullmatch(resource):
                report.add("quarantined: appId that is no GUID", f"{where}: {resource}")
                continue
            guid = _guid(row.get("id"), where, report)
            hidden, enabled = bool(row.get("isHidden")), row.get("isEnabled") is not False
            if resource in {GRAPH, _NO_GUID} or guid in live_ids:
                if resource != GRAPH:
                    report.add("noticed: Graph permission under its backend's appId", f"{where}: {resource}")
                known = graph[name, kind]
                if guid:
                    known.ids.setdefault(guid, "provisioningInfo.json")
                if resource == GRAPH:
                    known.hidden.append(hidden)
                    known.enabled.append(enabled)
            elif guid:
                others.append(
                    Published(resource, guid, name, kind, None, None, False, hidden, enabled, False)
                )
            else:
                report.add("quarantined: permission of another API without GUID", f"{where}: {resource}")
    descriptions: dict[str, Any] = inputs["permissions-descriptions.json"]
    for listing, scheme in (
        ("applicationScopesList", "Application"),
        ("delegatedScopesList", "DelegatedWork"),
    ):
        for entry in descriptions[listing]:
            kind = _kind(scheme)
            name = live.get(entry["value"].lower(), entry["value"])
            if not _NAME_ALONE.fullmatch(name):
                report.add("quarantined: no name of a permission", f"{name}: permissions-descriptions.json")
            elif guid := _guid(entry.get("id"), f"{name} ({kind})", report):
                graph[name, kind].ids.setdefault(guid, "permissions-descriptions.json")
    return dict(graph), others


def _facts(
    name: str, kind: PermissionType, schemes: dict[str, Any], report: Report
) -> tuple[bool | None, int | None]:
    """Admin consent and level by permissions.json."""
    facts = schemes.get("Application" if kind == "Role" else "DelegatedWork")
    if not facts and kind == "Scope":
        facts = schemes.get("DelegatedPersonal")
    if not facts:
        return None, None
    level = facts.get("privilegeLevel")
    if level is None:
        report.add("noticed: no privilege level", f"{name} ({kind})")
    elif not 1 <= level <= 4:
        report.add("quarantined: privilege level that is none of 1 to 4", f"{name} ({kind})")
        level = None
    # JSON's 3.0 is a whole number as well.
    return facts.get("requiresAdminConsent"), None if level is None else int(level)


def _of_live(
    name: str,
    kind: PermissionType,
    entry: dict[str, Any],
    schemes: dict[str, Any],
    known: _Deployed,
    report: Report,
) -> Published:
    guid = entry["Id"].lower()
    for other, source in sorted(known.ids.items()):
        if other != guid:
            report.add(
                "noticed: GUIDs disagree, the live list wins", f"{name} ({kind}): {guid}, {source} {other}"
            )
    stated, level = _facts(name, kind, schemes, report)
    consent = kind == "Role" or entry["Type"] == "Admin"
    if stated is None and level is None:
        report.add("noticed: live, but without this scheme in permissions.json", f"{name} ({kind})")
    elif stated != consent:
        report.add("noticed: admin consent disagrees, the live list wins", f"{name} ({kind}): {consent}")
    return Published(
        GRAPH,
        guid,
        name,
        kind,
        consent,
        level,
        live=True,
        hidden=bool(known.hidden) and all(known.hidden),
        enabled=bool(entry["IsEnabled"]),
        personal=kind == "Scope" and "DelegatedPersonal" in schemes,
    )


def _not_live(
    name: str,
    kind: PermissionType,
    schemes: dict[str, Any],
    known: _Deployed,
    owners: dict[str, str],
    report: Report,
) -> Published:
    where = f"{name} ({kind})"
    ids = []
    for guid in sorted(
        known.ids, key=lambda guid: (known.ids[guid] != "permissions-descriptions.json", guid)
    ):
        # A GUID that a live permission owns is that one's, whatever the row says.
        if owners.get(guid, name) != name:
            report.add(
                "quarantined: GUID belongs to another permission", f"{where}: {guid} is {owners[guid]}"
            )
        else:
            ids.append(guid)
    if len(ids) > 1:
        report.add("noticed: GUIDs disagree", f"{where}: {', '.join(ids)}")
    report.add("noticed: not in the live list" if ids else "noticed: neither live nor with a GUID", where)
    consent, level = _facts(name, kind, schemes, report)
    return Published(
        GRAPH,
        ids[0] if ids else "",
        name,
        kind,
        True if kind == "Role" and consent is not None else consent,
        level,
        live=False,
        hidden=bool(known.hidden) and all(known.hidden),
        enabled=all(known.enabled),
        personal=kind == "Scope" and "DelegatedPersonal" in schemes,
    )


def _guid(text: str | None, where: str, report: Report) -> str:
    """A GUID in lower case, "" for none; a malformed one is quarantined."""
    if not text or text == _NO_GUID:
        return ""
    if _GUID.fullmatch(text.lower()):
        return text.lower()
    report.add("quarantined: malformed GUID", f"{where}: {text}")
    return ""


def apps(inputs: Inputs, permissions: Collection[str], report: Report) -> dict[str, str]:
    """Display names of Microsoft's own apps by appId; "[Community Contributed]" is no part of a name.

    `permissions` are the ids that are permissions and were taken for apps by somebody.
    """
    out: dict[str, str] = {}
    for entry in inputs["MicrosoftApps.json"]:
        written = entry["AppDisplayName"].removesuffix("[Community Contributed]").strip()
        app_id = entry["AppId"].lower()
        name = _reread(written)
        if name != written:
            report.add("repaired: UTF-8 that was read as Latin-1", f"{app_id} {name}")
        if not name or not _GUID.fullmatch(app_id) or app_id == _NO_GUID:
            report.add("quarantined: Microsoft app without name or GUID", f"{entry['AppId']} {name}".strip())
        elif app_id in permissions:
            report.add("quarantined: permission listed as an app", f"{app_id} {name}")
        elif not name.isprintable() or "##" in name or len(name) > _NAME_LENGTH:
            # `##[` is a command in logs.
            report.add("quarantined: Microsoft app whose name cannot be shown", app_id)
        else:
            out[app_id] = name
    return dict(sorted(out.items()))


_NAME_LENGTH: Final = 200


def _reread(name: str) -> str:
    """A name whose bytes were taken for Latin-1, as meant: `â` and two control characters are a dash."""
    if not any("\x80" <= character <= "\xa0" for character in name):
        return name
    try:
        meant = name.encode("latin-1").decode()
    except UnicodeError:
        return name
    return " ".join(meant.split())
