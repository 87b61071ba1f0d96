"""Upstream's files → the one file that ships.

`python -m linter.catalog.compile FOLDER` writes data/catalog.bin and prints the
report. The same input gives the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import struct
from collections import Counter, defaultdict
from pathlib import Path

from linter.catalog import guard, match, store, upstream
from linter.catalog.records import GRAPH, SCHEMES, Scheme, Support
from linter.catalog.upstream import Evidence, Key, Published, Report
from linter.finding import CONFIDENCES
from linter.typed import Final, NamedTuple

# APIs that moved and still answer at their old place, which the pages no longer name.
RELOCATED: Final = {"bookingbusinesses": ("solutions", "bookingbusinesses")}


class Judged(NamedTuple):
    """One operation of one version and what it needs, in the order of `SCHEMES`."""

    key: Key
    version: str
    supports: tuple[Support, Support, Support]


def judge(evidence: Evidence, published: list[Published], report: Report) -> list[Judged]:
    """Every operation that either witness knows, judged under every scheme."""
    known = {scheme: _known(evidence, published, scheme) for scheme in SCHEMES}
    versions: defaultdict[Key, set[str]] = defaultdict(set)
    for version, key in evidence.documented:
        versions[key].add(version)
    for key in evidence.tagged:
        # permissions.json knows no versions.
        if not versions[key]:
            versions[key].add("v1.0")
    out = []
    for key in sorted(versions):
        for version in sorted(versions[key]):
            supports = []
            for scheme in SCHEMES:
                verdict = _verdict(evidence, key, version, scheme, known[scheme])
                for defect, alternative in verdict.removed:
                    method, path = key
                    report.add(
                        f"removed: {defect}",
                        f"{' and '.join(alternative)}: {method} /{'/'.join(path)} ({scheme})",
                    )
                supports.append(verdict.support)
            out.append(Judged(key, version, (supports[0], supports[1], supports[2])))
    return out


def _verdict(evidence: Evidence, key: Key, version: str, scheme: Scheme, known: guard.Known) -> guard.Verdict:
    method, path = key
    tagged = evidence.tagged.get(key)
    if tagged is None and path[-1] == "$ref":
        tagged = evidence.tagged.get((method, path[:-1]))
    if tagged is None and path[0] == "me":
        # The data may list an operation for /users/{id} alone; it holds for the user's own as well.
        tagged = evidence.tagged.get((method, ("users", match.SLOT, *path[1:])))
    pages = guard.without_intune(path, evidence.documented.get((version, key)))
    if pages is None and path[0] in RELOCATED:
        pages = evidence.documented.get((version, (method, RELOCATED[path[0]] + path[1:])))
    if pages is None and path[:2] == ("users", match.SLOT):
        # A page's table is for all URLs of the page, but it may be on record for /me alone.
        me = (version, (method, ("me", *path[2:])))
        if me in evidence.documented and tagged is not None:
            pages = evidence.documented[me]
    return guard.judge(
        method,
        path,
        scheme,
        None if tagged is None else {alt: guard.Listed(*tag) for alt, tag in tagged.get(scheme, {}).items()},
        None if pages is None or scheme == "DelegatedPersonal" else pages.get(scheme, set()),
        known,
        creates=method == "POST"
        and (("GET", path) in evidence.tagged or (version, ("GET", path)) in evidence.documented),
    )


def _known(evidence: Evidence, published: list[Published], scheme: Scheme) -> guard.Known:
    kind = "Role" if scheme == "Application" else "Scope"
    ours = [item for item in published if item.resource == GRAPH and item.type == kind]
    breadth: Counter[str] = Counter()
    for schemes in evidence.tagged.values():
        breadth.update({name for alternative in schemes.get(scheme, ()) for name in alternative})
    return guard.Known(
        live={item.value for item in ours if item.live},
        named={item.value for item in ours},
        levels={item.value: item.level for item in ours if item.level is not None},
        breadth=breadth,
    )


# --- the file -----------------------------------------------------------------------------------

# Where the files of the folder come from: repository, commit, its date; "-" where that is not on record.
SOURCES: Final = {
    "GraphAppRoles.json": ("merill/microsoft-info", "43b8a5d", "-"),
    "GraphDelegateRoles.json": ("merill/microsoft-info", "43b8a5d", "-"),
    "MicrosoftApps.json": ("merill/microsoft-info", "43b8a5d", "-"),
    "docs_permissions_2026.jsonl": ("merill/graph-permissions-explorer", "-", "2026-08-22"),
    "permissions-descriptions.json": ("microsoftgraph/microsoft-graph-devx-content", "6cbd6bb", "2026-08-07"),
    "permissions.json": ("microsoftgraph/microsoft-graph-devx-content", "6cbd6bb", "2026-08-07"),
    "provisioningInfo.json": ("microsoftgraph/microsoft-graph-devx-content", "6cbd6bb", "2026-08-07"),
}


def compile_catalog(folder: Path) -> tuple[bytes, Report]:
    """The catalogue's bytes from the upstream files in `folder`, and what was wrong with those."""
    report = Report()
    evidence = upstream.load(folder, report)
    published = upstream.permissions(folder, report)
    operations = judge(evidence, published, report)
    apps = upstream.apps(folder, {item.id for item in published}, report)
    names = sorted(
        {item.value for item in published}
        | {name for item in operations for need in item.supports for alt in need.accepted for name in alt},
        key=lambda name: (name.lower(), name),
    )
    name_ids = {name: at for at, name in enumerate(names)}
    needed, opened = _operation_sections(operations, evidence.spellings, name_ids)
    sections = (
        needed
        | _lines("names", names)
        | _permission_sections(published, name_ids)
        | {
            "app_ids": b"".join(bytes.fromhex(app_id.replace("-", "")) for app_id in apps),
        }
        | _lines("app_names", list(apps.values()))
        | opened
    )
    counts = {
        "operations": len(operations),
        "templates": len({item.key[1] for item in operations}),
        "permissions": len(published),
        "apps": len(apps),
    }
    return _file(folder, sections, counts), report


def _file(folder: Path, sections: dict[str, bytes], counts: dict[str, int]) -> bytes:
    payload = b"".join(sections.values())
    header = [
        f"date {max(date for _, _, date in SOURCES.values())}",
        f"sha256 {hashlib.sha256(payload).hexdigest()}",
    ]
    for name, (repository, commit, date) in sorted(SOURCES.items()):
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        header.append(f"source {repository} {commit} {date} {name} {digest}")
    header += [f"count {name} {count}" for name, count in counts.items()]
    offset = 0
    for name, data in sections.items():
        if name == "guids" and offset > store.HEAD - 8 * 1024:
            raise OverflowError("what operations need does not fit into the file's head")
        header.append(f"section {name} {offset} {len(data)} {binascii.crc32(data)}")
        offset += len(data)
    text = "\n".join(header).encode()
    return store.MAGIC + str(binascii.crc32(text)).encode() + b"\n" + text + store.END + payload


def _operation_sections(
    operations: list[Judged], spellings: dict[str, str], name_ids: dict[str, int]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What one operation needs; and, the other way about, what permissions open."""
    tokens = sorted({token for item in operations for token in item.key[1]} - {match.SLOT})
    literals = {token: at for at, token in enumerate([match.SLOT, *tokens])}
    if len(literals) >= 1 << store.LITERAL_BITS:
        raise OverflowError("too many path literals for the format")
    nodes, edges = _trie({item.key[1] for item in operations}, literals)

    pairs: dict[tuple[int, ...], int] = {}
    grants: dict[Support, int] = {}
    triples: dict[tuple[int, ...], int] = {}
    stream: list[int] = []
    starts: list[int] = []

    def code(alternative: tuple[str, ...]) -> int:
        ids = tuple(name_ids[name] for name in alternative)
        return ids[0] if len(ids) == 1 else store.PAIR | pairs.setdefault(ids, len(pairs))

    def grant(need: Support) -> int:
        if need not in grants:
            grants[need] = len(grants)
            starts.append(len(stream))
            stream.append(int(need.supported) | CONFIDENCES.index(need.confidence) << 1)
            stream.extend((len(need.accepted), len(need.least)))
            stream.extend(
                code(alternative) | store.ELIGIBLE * (alternative in need.eligible)
                for alternative in need.accepted
            )
        return grants[need]

    rows = sorted(
        (
            nodes[item.key[1]] << 4 | store.METHODS.index(item.key[0]) << 1 | (item.version == "beta"),
            item.supports,
        )
        for item in operations
    )
    needs = []
    for _, supports in rows:
        triple = tuple(grant(need) for need in supports)
        needs.append(triples.setdefault(triple, len(triples)))
    if max(len(pairs), len(name_ids)) > store.ELIGIBLE:
        raise OverflowError("too many permissions for the format")
    # An operation that both versions have counts once, as v1.0 has it: that row stands first.
    keys = {key for key, _ in rows}
    weights = [0] * len(triples)
    for (key, _), triple_number in zip(rows, needs, strict=True):
        weights[triple_number] += not (key & 1 and key ^ 1 in keys)
    spelt = [_spell(token, spellings) for token in literals]
    needed = _lines("literals", spelt) | {
        "edges": _numbers("I", edges),
        "rows": _numbers("I", [key for key, _ in rows]),
        "needs": _numbers("H", needs),
        "triples": _numbers("H", [index for triple in triples for index in triple]),
        "grants_at": _numbers("I", starts),
        "grants": _numbers("H", stream),
        "pairs": _numbers("H", [name for pair in pairs for name in pair]),
    }
    return needed, {"weights": _numbers("H", weights)} | _openers(list(grants), name_ids, pairs)


def _openers(
    supports: list[Support], name_ids: dict[str, int], pairs: dict[tuple[int, ...], int]
) -> dict[str, bytes]:
    """Which supports each permission, and then each pair, opens by itself."""
    opened: list[list[int]] = [[] for _ in range(len(name_ids) + len(pairs))]
    for number, support in enumerate(supports):
        for alternative in support.accepted:
            ids = tuple(name_ids[name] for name in alternative)
            opened[ids[0] if len(ids) == 1 else len(name_ids) + pairs[ids]].append(number)
    starts = [0]
    for numbers in opened:
        starts.append(starts[-1] + len(numbers))
    return {
        "opens": _numbers("H", [number for numbers in opened for number in numbers]),
        "opens_at": _numbers("I", starts),
    }


def _trie(
    paths: set[tuple[str, ...]], literals: dict[str, int]
) -> tuple[dict[tuple[str, ...], int], list[int]]:
    """Nodes by path, numbered breadth first, so that an edge's rank names the node it leads to."""
    nodes: dict[tuple[str, ...], int] = {(): 0}
    edges: list[int] = []
    level = {path[:1] for path in paths}
    depth = 1
    while level:
        for path in sorted(level, key=lambda path: (nodes[path[:-1]], literals[path[-1]])):
            nodes[path] = len(nodes)
            edges.append(nodes[path[:-1]] << store.LITERAL_BITS | literals[path[-1]])
        depth += 1
        level = {path[:depth] for path in paths if len(path) >= depth}
    return nodes, edges


def _permission_sections(published: list[Published], name_ids: dict[str, int]) -> dict[str, bytes]:
    resources = [GRAPH, *sorted({item.resource for item in published} - {GRAPH})]
    ordered = sorted(
        published, key=lambda item: (name_ids[item.value], resources.index(item.resource), item.type, item.id)
    )
    facts: list[int] = []
    for item in ordered:
        flags = (
            store.ROLE * (item.type == "Role")
            | store.LIVE * item.live
            | store.HIDDEN * item.hidden
            | store.ENABLED * item.enabled
            | store.PERSONAL * item.personal
            | (0 if item.admin_consent is None else 1 + item.admin_consent) << store.CONSENT_SHIFT
            | (item.level or 0) << store.LEVEL_SHIFT
        )
        facts += (name_ids[item.value], resources.index(item.resource), flags)
    return {
        "guids": b"".join(bytes.fromhex(item.id.replace("-", "")) or bytes(16) for item in ordered),
        "facts": _numbers("H", facts),
    } | _lines("resources", resources)


def _spell(token: str, spellings: dict[str, str]) -> str:
    name, bracket, arguments = token.partition("(")
    name = spellings.get(name, name)
    if not bracket:
        return name
    return f"{name}({','.join(spellings.get(word, word) for word in arguments[:-1].split(','))})"


def _numbers(code: str, numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}{code}", *numbers)


def _lines(name: str, lines: list[str]) -> dict[str, bytes]:
    """A section of lines and the one that says where each begins."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    return {name: "\n".join(lines).encode(), f"{name}_at": _numbers("I", starts)}
