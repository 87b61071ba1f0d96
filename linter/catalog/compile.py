"""Upstream's files → the one file that ships, by `entralint catalog compile`.

The same input gives the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from linter.catalog import guard, layout, match, store, upstream
from linter.catalog.inputs import OPTIONAL, Inputs
from linter.catalog.records import GRAPH, SCHEMES, Evidence, Removed, Scheme, Support
from linter.catalog.upstream import Alternative, Key, Published, Report, Witnesses
from linter.errors import Unreadable
from linter.finding import CONFIDENCES
from linter.typed import Final, NamedTuple

# APIs that moved and still answer at their old place, which the pages no longer name.
RELOCATED: Final = {"bookingbusinesses": ("solutions", "bookingbusinesses")}


class Judged(NamedTuple):
    """One operation of one version, what it needs and what was said of it, in the order of `SCHEMES`."""

    key: Key
    version: str
    supports: tuple[Support, ...]
    evidence: tuple[Evidence, ...]


def judge(witnesses: Witnesses, published: list[Published], report: Report) -> list[Judged]:
    """Every operation that either witness knows, judged under every scheme."""
    known = {scheme: _known(witnesses, published, scheme) for scheme in SCHEMES}
    versions: defaultdict[Key, set[str]] = defaultdict(set)
    for version, key in witnesses.documented:
        versions[key].add(version)
    for key in witnesses.tagged:
        # permissions.json knows no versions.
        if not versions[key]:
            versions[key].add("v1.0")
    out = []
    for key in sorted(versions):
        for version in sorted(versions[key]):
            judged = [_judged(witnesses, key, version, scheme, known[scheme]) for scheme in SCHEMES]
            for scheme, (_, evidence) in zip(SCHEMES, judged, strict=True):
                for defect, alternative in evidence.removed:
                    method, path = key
                    report.add(
                        f"removed: {defect}",
                        f"{' and '.join(alternative)}: {method} /{'/'.join(path)} ({scheme})",
                    )
            supports = tuple([support for support, _ in judged])
            out.append(Judged(key, version, supports, tuple([evidence for _, evidence in judged])))
    return out


def _judged(
    witnesses: Witnesses, key: Key, version: str, scheme: Scheme, known: guard.Known
) -> tuple[Support, Evidence]:
    method, path = key
    at, tagged = path, witnesses.tagged.get(key)
    if tagged is None and path[-1] == "$ref":
        at, tagged = path[:-1], witnesses.tagged.get((method, path[:-1]))
    if tagged is None and path[0] == "me":
        # The data may list an operation for /users/{id} alone; it holds for the user's own as well.
        at = ("users", match.SLOT, *path[1:])
        tagged = witnesses.tagged.get((method, at))
    page, pages = path, witnesses.documented.get((version, key))
    stated = guard.without_intune(path, pages)
    if stated is None and path[0] in RELOCATED:
        page = RELOCATED[path[0]] + path[1:]
        stated = witnesses.documented.get((version, (method, page)))
    if stated is None and path[:2] == ("users", match.SLOT):
        # A page's table is for all URLs of the page, but it may be on record for /me alone.
        own = ("me", *path[2:])
        me = (version, (method, own))
        if me in witnesses.documented and tagged is not None:
            page, stated = own, witnesses.documented[me]
    if scheme == "DelegatedPersonal":
        pages = stated = None  # the pages have no column for personal accounts
    listed = None if tagged is None else tagged.get(scheme, {})
    verdict = guard.judge(
        method,
        path,
        scheme,
        None if listed is None else {alt: guard.Listed(*tag) for alt, tag in listed.items()},
        None if stated is None else stated.get(scheme, set()),
        known,
        creates=method == "POST"
        and (("GET", path) in witnesses.tagged or (version, ("GET", path)) in witnesses.documented),
    )
    said = set() if stated is None else stated.get(scheme, set())
    intune = set() if pages is None or page != path else pages.get(scheme, set()) - said
    removed = [*((guard.INTUNE, found) for found in sorted(intune)), *verdict.removed]
    documented = None if stated is None and pages is None else said | intune
    return verdict.support, Evidence(
        None if listed is None else tuple(sorted(listed)),
        tuple(sorted(found for found, tag in (listed or {}).items() if tag.least)),
        None if documented is None else tuple(sorted(documented)),
        tuple([Removed(*one) for one in dict.fromkeys(removed)]),
        listed_as="" if tagged is None or at == path else _template(at, witnesses.spellings),
        documented_as="" if stated is None or page == path else _template(page, witnesses.spellings),
    )


def _known(witnesses: Witnesses, published: list[Published], scheme: Scheme) -> guard.Known:
    kind = "Role" if scheme == "Application" else "Scope"
    ours = [item for item in published if item.resource == GRAPH and item.type == kind]
    breadth: Counter[str] = Counter()
    for schemes in witnesses.tagged.values():
        breadth.update({name for alternative in schemes.get(scheme, ()) for name in alternative})
    return guard.Known(
        live={item.value for item in ours if item.live},
        named={item.value for item in ours},
        levels={item.value: item.level for item in ours if item.level is not None},
        breadth=breadth,
    )


# --- the file -----------------------------------------------------------------------------------


def compile_catalog(inputs: Inputs) -> tuple[bytes, Report]:
    """The catalogue's bytes from upstream's files, and what was wrong with those.

    Raises:
        linter.errors.Unreadable: a file is missing or of another shape, or together they are more than
            the format holds.
    """
    report = Report()
    for name in inputs.missing():
        report.add(f"missing: {name}", OPTIONAL[name][1])
    witnesses = upstream.load(inputs, report)
    published = upstream.permissions(inputs, report)
    operations = judge(witnesses, published, report)
    apps = upstream.apps(inputs, {item.id for item in published}, report)
    if not operations:
        raise Unreadable("permissions.json", "names no operation that can be used")
    try:
        return _file(inputs, operations, published, apps, witnesses.spellings), report
    except (OverflowError, struct.error):
        message = "the files hold more names or operations than a catalogue can"
        raise Unreadable("catalog compile", message) from None


def _file(
    inputs: Inputs,
    operations: list[Judged],
    published: list[Published],
    apps: dict[str, str],
    spellings: dict[str, str],
) -> bytes:
    names = sorted(
        {item.value for item in published}
        | {name for item in operations for need in item.supports for alt in need.accepted for name in alt},
        key=lambda name: (name.lower(), name),
    )
    if len(names) > layout.PAIR or len(operations) > layout.MOST:
        raise OverflowError("too many names or operations for the format")
    name_ids = {name: at for at, name in enumerate(names)}
    ordered = _in_order(operations)
    needed, opened = _operation_sections(ordered, spellings, name_ids)
    sections = (
        needed
        | _lines("names", names)
        | _permission_sections(published, name_ids)
        | opened
        | {
            "app_ids": b"".join(bytes.fromhex(app_id.replace("-", "")) for app_id in apps),
        }
        | _lines("app_names", list(apps.values()))
        | _evidence_sections(ordered, names)
    )
    counts = {
        "operations": len(operations),
        "templates": len({item.key[1] for item in operations}),
        "permissions": len(published),
        "apps": len(apps),
    }
    return _with_header(inputs, sections, counts)


def _with_header(inputs: Inputs, sections: dict[str, bytes], counts: dict[str, int]) -> bytes:
    payload = b"".join(sections.values())
    header = [
        # `-`, not on record, is less than any date.
        f"date {max(one.source.date for one in inputs.files)}",
        f"sha256 {hashlib.sha256(payload).hexdigest()}",
    ]
    for one in inputs.files:
        digest = hashlib.sha256(one.data).hexdigest()
        header.append(f"source {' '.join(one.source)} {one.file} {digest}")
    header += [f"count {name} {count}" for name, count in counts.items()]
    offset = 0
    for name, data in sections.items():
        header.append(f"section {name} {offset} {len(data)} {binascii.crc32(data)}")
        offset += len(data)
    text = "\n".join(header).encode()
    data = layout.MAGIC + str(binascii.crc32(text)).encode() + b"\n" + text + layout.END + payload
    if len(data) > layout.MAX_BYTES:
        raise OverflowError("too large for a catalogue")
    return data


def _operation_sections(
    operations: list[Judged], spellings: dict[str, str], name_ids: dict[str, int]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What one operation needs; and, the other way about, what permissions open."""
    tokens = sorted({token for item in operations for token in item.key[1]} - {match.SLOT})
    literals = {token: at for at, token in enumerate([match.SLOT, *tokens])}
    if len(literals) >= 1 << layout.LITERAL_BITS:
        raise OverflowError("too many path literals for the format")
    nodes, edges = _trie({item.key[1] for item in operations}, literals)
    if len(edges) > layout.MOST:
        raise OverflowError("too many paths for the format")

    pairs: dict[tuple[int, ...], int] = {}
    grants: dict[Support, int] = {}
    triples: dict[tuple[int, ...], int] = {}
    stream: list[int] = []
    starts: list[int] = []

    def code(alternative: tuple[str, ...]) -> int:
        ids = tuple(name_ids[name] for name in alternative)
        return ids[0] if len(ids) == 1 else layout.PAIR | pairs.setdefault(ids, len(pairs))

    def grant(need: Support) -> int:
        if need not in grants:
            grants[need] = len(grants)
            starts.append(len(stream))
            stream.append(int(need.supported) | CONFIDENCES.index(need.confidence) << 1)
            stream.extend((len(need.accepted), len(need.least)))
            stream.extend(
                code(alternative) | layout.ELIGIBLE * (alternative in need.eligible)
                for alternative in need.accepted
            )
        return grants[need]

    rows = sorted(
        (
            nodes[item.key[1]] << 4 | layout.METHODS.index(item.key[0]) << 1 | (item.version == "beta"),
            item.supports,
        )
        for item in operations
    )
    needs = []
    for _, supports in rows:
        triple = tuple(grant(need) for need in supports)
        needs.append(triples.setdefault(triple, len(triples)))
    if max(len(pairs), len(name_ids)) > layout.ELIGIBLE:
        raise OverflowError("too many permissions for the format")
    # An operation that both versions have counts once, as v1.0 has it: that row stands first.
    keys = {key for key, _ in rows}
    weights = [0] * len(triples)
    order = []
    for (key, _), triple_number in zip(rows, needs, strict=True):
        order.append(weights[triple_number])
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
    opened = {"weights": _numbers("H", weights), "order": _numbers("H", order)}
    return needed, opened | _openers(list(grants), name_ids, pairs)


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
            edges.append(nodes[path[:-1]] << layout.LITERAL_BITS | literals[path[-1]])
        depth += 1
        level = {path[:depth] for path in paths if len(path) >= depth}
    return nodes, edges


def _in_order(operations: list[Judged]) -> list[Judged]:
    """Operations in the order of their rows: nodes are numbered breadth first, the slot before literals."""
    return sorted(
        operations,
        key=lambda item: (
            len(item.key[1]),
            ["" if token == match.SLOT else token for token in item.key[1]],
            layout.METHODS.index(item.key[0]),
            item.version == "beta",
        ),
    )


def _evidence_sections(operations: list[Judged], names: list[str]) -> dict[str, bytes]:
    """What the witnesses say, a row of three for each operation, in the order of the rows."""
    words: dict[str, int] = {name: at for at, name in enumerate(names)}
    pairs: dict[tuple[int, ...], int] = {}
    defects: dict[str, int] = {}
    templates: dict[str, int] = {"": 0}
    made: dict[Evidence, int] = {}
    stream: list[int] = []
    starts: list[int] = []

    def codes(alternatives: Iterable[Alternative]) -> Iterator[int]:
        for alternative in alternatives:
            ids = tuple([words.setdefault(name, len(words)) for name in alternative])
            yield ids[0] if len(ids) == 1 else layout.PAIR | pairs.setdefault(ids, len(pairs))

    def counted(alternatives: tuple[Alternative, ...] | None) -> Iterator[int]:
        yield layout.NOTHING if alternatives is None else len(alternatives)
        yield from codes(alternatives or ())

    def index(said: Evidence) -> int:
        if said not in made:
            made[said] = len(made)
            starts.append(len(stream))
            stream.extend(counted(said.listed))
            stream.extend(counted(said.tagged))
            stream.extend(counted(said.documented))
            stream.extend(counted(tuple([one.alternative for one in said.removed])))
            stream.extend(defects.setdefault(one.defect, len(defects)) for one in said.removed)
            stream.append(templates.setdefault(said.listed_as, len(templates)))
            stream.append(templates.setdefault(said.documented_as, len(templates)))
        return made[said]

    rows = [index(said) for item in operations for said in item.evidence]
    return (
        {
            "evidence_of": _numbers("H", rows),
            "evidence_at": _numbers("I", starts),
            "evidence": _numbers("H", stream),
            "evidence_pairs": _numbers("H", [name for pair in pairs for name in pair]),
        }
        | _lines("evidence_names", list(words)[len(names) :])
        | _lines("defects", list(defects))
        | _lines("evidence_paths", list(templates))
    )


def _template(path: tuple[str, ...], spellings: dict[str, str]) -> str:
    return "/" + "/".join(
        store.spelt(_spell(token, spellings)) if token != match.SLOT else "{id}" for token in path
    )


def _permission_sections(published: list[Published], name_ids: dict[str, int]) -> dict[str, bytes]:
    resources = [GRAPH, *sorted({item.resource for item in published} - {GRAPH})]
    ordered = sorted(
        published, key=lambda item: (name_ids[item.value], resources.index(item.resource), item.type, item.id)
    )
    facts: list[int] = []
    for item in ordered:
        flags = (
            layout.ROLE * (item.type == "Role")
            | layout.LIVE * item.live
            | layout.HIDDEN * item.hidden
            | layout.ENABLED * item.enabled
            | layout.PERSONAL * item.personal
            | (0 if item.admin_consent is None else 1 + item.admin_consent) << layout.CONSENT_SHIFT
            | (item.level or 0) << layout.LEVEL_SHIFT
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
