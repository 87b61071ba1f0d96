"""Upstream's files as evidence, each entry repaired or quarantined in the open.

A path that is not a template as it stands is repaired where its meaning is
certain and set aside (quarantined) where it is not; either way the report
gets the entry, under the name of what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import Path

from linter.catalog import match
from linter.catalog.records import GRAPH, PermissionType, Scheme
from linter.typed import Any, Final, NamedTuple

Alternative = tuple[str, ...]
Key = tuple[str, tuple[str, ...]]  # method and tokens of the template

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Report:
    """What the compiler repaired, set aside or noticed: class of defect → entries."""

    def __init__(self) -> None:
        self.classes: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, defect: str, entry: str) -> None:
        """Note one entry; the same entry counts once."""
        if entry not in self.classes[defect]:
            self.classes[defect].append(entry)

    def __str__(self) -> str:
        lines = []
        for defect in sorted(self.classes):
            entries = self.classes[defect]
            lines.append(f"{defect}: {len(entries)}")
            lines.extend(f"  {entry}" for entry in sorted(entries))
        return "\n".join(lines)


class Tag(NamedTuple):
    """How permissions.json lists one alternative at one (method, path, scheme)."""

    least: bool
    methods: int  # how many methods of this path the permission is listed for in this scheme


class Evidence(NamedTuple):
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
_GLUED: Final = re.compile(r"^([A-Za-z]+)(\{[^{}]*\})$")
_AFTER_CALL: Final = re.compile(r"^([\w.]+\(.*\))(\w+)$")
_ASSIGNED: Final = re.compile(r"^(\w+)=(\{[^{}]*\})$")


def template(path: str, calls: frozenset[str], report: Report) -> tuple[str, ...] | None:
    """The tokens of an upstream path; None if it is quarantined. `calls` are known function tokens."""
    written = path
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
            segment = segment.replace("}}", "}")  # noqa: PLW2901
        if segment.startswith("("):
            report.add("repaired: placeholder in round brackets", written)
        if segment.count("(") > segment.count(")"):
            report.add("repaired: argument list without an end", written)
            segment += ")"  # noqa: PLW2901
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
    return tuple(out)


def _assigned(name: str, value: str, before: list[str], calls: frozenset[str]) -> list[str] | None:
    """`f` + `arg={x}` as one segment, or as the key of the segment before it."""
    for at in range(1, len(name)):
        if f"{name[:at]}({name[at:]})".lower() in calls:
            return [*before, f"{name[:at]}({name[at:]}={value})"]
    return [*before[:-1], f"{before[-1]}({name}={value})"] if before else None


# --- the two witnesses --------------------------------------------------------------------------


def load(folder: Path, report: Report) -> Evidence:
    """Read permissions.json and the documented tables."""
    upstream = _permissions_json(folder, report)
    documents = [json.loads(line) for line in _text(folder / "docs_permissions_2026.jsonl").splitlines()]
    paths = {path for entry in upstream.values() for group in entry["pathSets"] for path in group["paths"]}
    paths |= {row["path"] for row in documents}
    first = Report()  # function tokens are needed to repair, so paths are read twice
    calls = frozenset(
        token for path in paths for token in template(path, frozenset(), first) or () if token.endswith(")")
    )
    templates = {path: template(path, calls, report) for path in sorted(paths)}
    return Evidence(
        _tagged(upstream, templates, report),
        _documented(documents, upstream, templates, _live_names(folder), report),
        _spellings(documents, paths),
    )


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
                beside = tuple(other for other in marks.get("AlsoRequires", "").split(",") if other)
                for scheme in group["schemeKeys"]:
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
                alternatives: list[Alternative] = [(name, other) for other in beside] or [(name,)]
                accepted |= {alternative: Tag(least, len(methods)) for alternative in alternatives}
    return dict(out)


_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9-]+)+")


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
            alternatives = [
                tuple(dict.fromkeys(live.get(name.lower(), name) for name in _NAME.findall(half)))
                for half in notes.get(text, text).split("▪️")
            ]
            if text in notes:
                accepted.update(tuple(found) for found in alternatives if found)
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


def _json(path: Path) -> Any:
    return json.loads(_text(path))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


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


def permissions(folder: Path, report: Report) -> list[Published]:
    """All permissions, Microsoft Graph's and those of the other APIs, sorted and unique.

    The live lists decide which exist, their types, GUIDs and admin consent; permissions.json gives
    levels and whether personal accounts get them; the other files name what is not live (any more).
    """
    live = _live(folder)
    owners = {entry["Id"].lower(): name for (name, _), entry in live.items()}
    deployed, out = _deployed(folder, set(owners), report)
    upstream = _permissions_json(folder, report)
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


def _live_names(folder: Path) -> dict[str, str]:
    """The live names by their lower case: the one way to spell them."""
    return {name.lower(): name for name, _ in _live(folder)}


def _permissions_json(folder: Path, report: Report) -> dict[str, Any]:
    """The entries of permissions.json by name, live names as spelt in the live lists."""
    live = _live_names(folder)
    out: dict[str, Any] = {}
    for written, entry in _json(folder / "permissions.json")["permissions"].items():
        name = live.get(written.lower(), written)
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


def _live(folder: Path) -> dict[_Name, dict[str, Any]]:
    """What Graph's own service principal publishes."""
    live: dict[_Name, dict[str, Any]] = {}
    for entry in _json(folder / "GraphAppRoles.json"):
        live[entry["Value"], "Role"] = entry
    for entry in _json(folder / "GraphDelegateRoles.json"):
        live[entry["Value"], "Scope"] = entry
    return live


def _deployed(
    folder: Path, live_ids: set[str], report: Report
) -> tuple[dict[_Name, _Deployed], list[Published]]:
    """Graph's permissions in the two files without paths, and the permissions of other APIs."""
    graph: defaultdict[_Name, _Deployed] = defaultdict(lambda: _Deployed({}, [], []))
    others: list[Published] = []
    live = _live_names(folder)
    for written, rows in sorted(_json(folder / "provisioningInfo.json")["permissionDeployments"].items()):
        name = live.get(written.lower(), written)
        if name != written:
            report.add("repaired: spelling of a live permission", f"{written}: provisioningInfo.json")
        for row in rows:
            kind = _kind(row["scheme"])
            where = f"{name} ({kind})"
            resource = (row["resourceAppId"] or GRAPH).lower()
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
    descriptions: dict[str, Any] = _json(folder / "permissions-descriptions.json")
    for listing, scheme in (
        ("applicationScopesList", "Application"),
        ("delegatedScopesList", "DelegatedWork"),
    ):
        for entry in descriptions[listing]:
            kind = _kind(scheme)
            name = live.get(entry["value"].lower(), entry["value"])
            if guid := _guid(entry.get("id"), f"{name} ({kind})", report):
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
    return facts.get("requiresAdminConsent"), level


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


def apps(folder: Path, permissions: Collection[str], report: Report) -> dict[str, str]:
    """Display names of Microsoft's own apps by appId; "[Community Contributed]" is no part of a name.

    `permissions` are the ids that are permissions and were taken for apps by somebody.
    """
    out: dict[str, str] = {}
    for entry in _json(folder / "MicrosoftApps.json"):
        name = entry["AppDisplayName"].removesuffix("[Community Contributed]").strip()
        app_id = entry["AppId"].lower()
        if not name or not _GUID.fullmatch(app_id) or app_id == _NO_GUID:
            report.add("quarantined: Microsoft app without name or GUID", f"{entry['AppId']} {name}".strip())
        elif app_id in permissions:
            report.add("quarantined: permission listed as an app", f"{app_id} {name}")
        elif "\n" in name or "\t" in name:
            report.add("quarantined: Microsoft app with a line break in its name", app_id)
        else:
            out[app_id] = name
    return dict(sorted(out.items()))
