"""Upstream's files as evidence, each entry repaired or quarantined in the open.

A path that is not a template as it stands is repaired where its meaning is
certain and set aside (quarantined) where it is not; either way the report
gets the entry, under the name of what is wrong with it.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

from linter.catalog import match
from linter.catalog.records import GRAPH, PermissionType, Scheme

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
    for segment in match._split(path):  # noqa: SLF001 - one tokenizer for both sides
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
    upstream: dict[str, Any] = _json(folder / "permissions.json")["permissions"]
    documents = [json.loads(line) for line in _text(folder / "docs_permissions_2026.jsonl").splitlines()]
    paths = {path for entry in upstream.values() for group in entry["pathSets"] for path in group["paths"]}
    paths |= {row["path"] for row in documents}
    first = Report()  # function tokens are needed to repair, so paths are read twice
    calls = frozenset(
        token
        for path in paths
        for token in template(path, frozenset(), first) or ()
        if token.endswith(")")
    )
    templates = {path: template(path, calls, report) for path in sorted(paths)}
    return Evidence(
        _tagged(upstream, templates, report),
        _documented(documents, upstream, templates, report),
        _spellings(documents, paths),
    )


def _tagged(
    upstream: dict[str, Any], templates: dict[str, tuple[str, ...] | None], report: Report
) -> dict[Key, dict[Scheme, dict[Alternative, Tag]]]:
    # (tokens, scheme) → permission → method → (least, beside)
    by_path: defaultdict[tuple[tuple[str, ...], Scheme], defaultdict[str, dict[str, tuple[bool, Alternative]]]]
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
                for alternative in [(name, other) for other in beside] or [(name,)]:
                    accepted[alternative] = Tag(least, len(methods))
    return dict(out)


_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9-]+)+")


def _documented(
    documents: list[dict[str, Any]],
    upstream: dict[str, Any],
    templates: dict[str, tuple[str, ...] | None],
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
                tuple(dict.fromkeys(_NAME.findall(half))) for half in notes.get(text, text).split("▪️")
            ]
            if text in notes:
                accepted.update(tuple(found) for found in alternatives if found)
                continue
            names = _NAME.findall(text)
            if not names:
                report.add("quarantined: no permission in a documented table", f"{text}: {where}")
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


def permissions(folder: Path, report: Report) -> list[Published]:
    """All permissions, Microsoft Graph's and those of the other APIs, sorted and unique."""
    upstream: dict[str, Any] = _json(folder / "permissions.json")["permissions"]
    deployments: dict[str, Any] = _json(folder / "provisioningInfo.json")["permissionDeployments"]
    descriptions: dict[str, Any] = _json(folder / "permissions-descriptions.json")
    live: dict[tuple[str, PermissionType], dict[str, Any]] = {}
    for entry in _json(folder / "GraphAppRoles.json"):
        live[entry["Value"], "Role"] = entry
    for entry in _json(folder / "GraphDelegateRoles.json"):
        live[entry["Value"], "Scope"] = entry
    graph_ids = {entry["Id"].lower(): entry["Value"] for entry in live.values()}

    out: list[Published] = []
    candidates: defaultdict[tuple[str, PermissionType], dict[str, str]] = defaultdict(dict)
    hidden: set[tuple[str, PermissionType]] = set()
    disabled: set[tuple[str, PermissionType]] = set()
    for name, rows in sorted(deployments.items()):
        for row in rows:
            kind: PermissionType = "Role" if row["scheme"] == "Application" else "Scope"
            resource = (row["resourceAppId"] or GRAPH).lower()
            guid = _guid(row.get("id"), f"{name} ({row['scheme']})", report)
            graph = resource == GRAPH or guid in graph_ids or resource == _NO_GUID
            if graph and resource != GRAPH:
                report.add(
                    "noticed: Graph permission under its backend's appId", f"{name} ({kind}): {resource}"
                )
            if graph:
                if row.get("isHidden") and resource == GRAPH:
                    hidden.add((name, kind))
                if row.get("isEnabled") is False and resource == GRAPH:
                    disabled.add((name, kind))
                if guid:
                    candidates[name, kind].setdefault(guid, "provisioningInfo.json")
            elif guid:
                out.append(
                    Published(
                        resource, guid, name, kind, None, None, live=False, personal=False,
                        hidden=bool(row.get("isHidden")), enabled=row.get("isEnabled") is not False,
                    )  # fmt: skip
                )
            else:
                report.add("quarantined: permission of another API without GUID", f"{name} ({kind}): {resource}")
    for listing, kind in (("applicationScopesList", "Role"), ("delegatedScopesList", "Scope")):
        for entry in descriptions[listing]:
            if guid := _guid(entry.get("id"), f"{entry['value']} ({listing})", report):
                candidates[entry["value"], kind].setdefault(guid, "permissions-descriptions.json")

    names = set(live) | set(candidates)
    for name, entry in upstream.items():
        for scheme in entry["schemes"]:
            names.add((name, "Role" if scheme == "Application" else "Scope"))
    for name, kind in sorted(names):
        known = live.get((name, kind))
        guids = candidates[name, kind]
        if known:
            guid = known["Id"].lower()
            for other, source in sorted(guids.items()):
                if other != guid:
                    report.add("noticed: GUIDs disagree, the live list wins", f"{name} ({kind}): {guid}, {source} {other}")
        else:
            # A GUID that a live permission owns is that permission's, whatever the row says.
            owned = {other for other in guids if other in graph_ids and graph_ids[other] != name}
            for other in sorted(owned):
                report.add("quarantined: GUID belongs to another permission", f"{name} ({kind}): {other} is {graph_ids[other]}")
            left = sorted(set(guids) - owned, key=lambda other: (guids[other] != "permissions-descriptions.json", other))
            if len(left) > 1:
                report.add("noticed: GUIDs disagree", f"{name} ({kind}): {', '.join(left)}")
            guid = left[0] if left else ""
            report.add("noticed: not in the live list" if guid else "noticed: neither live nor with a GUID", f"{name} ({kind})")
        schemes = upstream.get(name, {}).get("schemes", {})
        facts = schemes.get("Application" if kind == "Role" else "DelegatedWork") or (
            schemes.get("DelegatedPersonal", {}) if kind == "Scope" else {}
        )
        stated = facts.get("requiresAdminConsent")
        consent: bool | None = stated
        if known:
            consent = True if kind == "Role" else known["Type"] == "Admin"
            if stated is not None and stated != consent:
                report.add("noticed: admin consent disagrees, the live list wins", f"{name} ({kind}): {consent}")
            if not facts:
                report.add("noticed: live, but without this scheme in permissions.json", f"{name} ({kind})")
        elif kind == "Role" and stated is not None:
            consent = True
        level = facts.get("privilegeLevel")
        if facts and level is None:
            report.add("noticed: no privilege level", f"{name} ({kind})")
        enabled = bool(known["IsEnabled"]) if known else (name, kind) not in disabled
        out.append(
            Published(
                GRAPH, guid, name, kind, consent, level, live=known is not None,
                hidden=(name, kind) in hidden, enabled=enabled,
                personal=kind == "Scope" and "DelegatedPersonal" in schemes,
            )  # fmt: skip
        )
    return sorted(set(out), key=lambda item: (item.resource != GRAPH, item.resource, item.value, item.type, item.id))


def _guid(text: str | None, where: str, report: Report) -> str:
    """A GUID in lower case, "" for none; a malformed one is quarantined."""
    if not text or text == _NO_GUID:
        return ""
    if _GUID.fullmatch(text.lower()):
        return text.lower()
    report.add("quarantined: malformed GUID", f"{where}: {text}")
    return ""


def apps(folder: Path, report: Report) -> dict[str, str]:
    """appId → display name of Microsoft's own apps; "[Community Contributed]" is no part of a name."""
    out: dict[str, str] = {}
    for entry in _json(folder / "MicrosoftApps.json"):
        name = entry["AppDisplayName"].removesuffix("[Community Contributed]").strip()
        app_id = entry["AppId"].lower()
        if not name or not _GUID.fullmatch(app_id) or app_id == _NO_GUID:
            report.add("quarantined: Microsoft app without name or GUID", f"{entry['AppId']} {name}".strip())
        elif "\n" in name or "\t" in name:
            report.add("quarantined: Microsoft app with a line break in its name", app_id)
        else:
            out[app_id] = name
    return dict(sorted(out.items()))
