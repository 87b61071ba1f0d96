"""What the catalogue answers, held against what the reference pages said.

Usage: python bench/needs_accuracy.py [TRUTH.jsonl]   (default ../shared/truth/permissions_2023.jsonl)

A row is one (method, path, scheme) of a page's permission table of that year: the least permission,
whether access was supported, whether the least is still accepted by the 2026 tables (`current`) and
whether a stated fact overrules it (`overruled`). Where `docs_permissions_2026.jsonl` and
`sample-queries.json` lie in ../upstream beside the truth, the rows unsupported then and now, and
Microsoft's own sample requests, are counted as well.
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from linter.catalog import match
from linter.catalog.records import SCHEMES, Operation, Support
from linter.catalog.store import Catalog
from linter.catalog.upstream import SAMPLE

# Sample requests of Microsoft's that no operation answers to, and why.
UNMATCHED_SAMPLES = {
    ("GET", "users/{}/identities"): "in neither witness",
    ("GET", "me/transitivememberof/.group"): "in neither witness; a cast is never dropped",
    ("POST", "me/drive/items/{}/workbook/functions/pmt"): "in neither witness",
    ("POST", "me/extensions"): "in neither witness",
    ("POST", "$batch"): "the calls of its body are matched one by one",
}


def rows(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def literals(path: str) -> list[str]:
    """The tokens of a path, sample ids being slots."""
    tokens = [token.lstrip(".") for token in match.tokens(match.parse_url(path).path)]
    return [match.SLOT if SAMPLE.fullmatch(token) else token for token in tokens]


def another_literal(row: dict[str, Any], operation: Operation) -> bool:
    """Whether the matched template has a slot or another word where the row has a literal of its own."""
    return literals(row["path"]) != literals(operation.template)


def judgement(row: dict[str, Any], support: Support, twins: set[tuple[str, ...]]) -> str:
    """The class of a disagreement about the least permission, and who is right."""
    least = support.least[0] if support.least else ()
    named = {*row["least"], *row.get("higher", ())}
    if len(twins) > 1:
        return "two pages disagree about one address (no answer can be both)"
    if not support.supported:
        return "unsupported today (the pages decide, low confidence)"
    if "$expand" in row["path"]:
        return "the query asks for more than the path (row is right; queries are not read)"
    if row["least"][0] in {"User.Read", "User.ReadWrite"} and tuple(row["least"]) not in support.accepted:
        return "self-only permission on /users/{id} (catalogue is right)"
    if len(least) > 1:
        return "a pair is needed today (catalogue is right)"
    if least and least[0] not in named:
        return "permission that the row does not know yet (catalogue is right)"
    return "another choice among the same permissions (open)"


def main(path: Path) -> int:
    """Measure, print, and return 1 where a target is missed."""
    catalog = Catalog.open()
    table = rows(path)
    found = [(row, catalog.find(row["method"], row["path"])) for row in table]
    missing = sorted({f"{row['method']} {row['path']}" for row, operation in found if operation is None})
    matched = [(row, operation) for row, operation in found if operation is not None]
    elsewhere = [(row, operation) for row, operation in matched if another_literal(row, operation)]
    print(f"{path.name}: {len(table)} rows")
    print(f"found: {len(matched)} = {len(matched) / len(table):.2%}")
    print(f"matched to another literal: {len(elsewhere)}")
    for row, operation in elsewhere:
        print(f"  {row['method']} {row['path']} -> {operation.template}")
    print(f"not found: {len(missing)} addresses")
    for line in missing:
        print(f"  {line}")
    least = _least(matched)
    unsupported = _unsupported(path, matched)
    samples = _samples(path, catalog)
    enough = (
        len(matched) >= 0.98 * len(table)
        and not elsewhere
        and least >= 0.965
        and unsupported >= 0.98
        and samples
    )
    return 0 if enough else 1


def _least(matched: list[tuple[dict[str, Any], Operation]]) -> float:
    asked: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    confidences: Counter[tuple[str, bool]] = Counter()
    twins: defaultdict[tuple[str, str, str], set[tuple[str, ...]]] = defaultdict(set)
    relevant = [
        (row, operation)
        for row, operation in matched
        if row["supported"] and row["current"] and not row.get("overruled")
    ]
    for row, operation in relevant:
        twins[operation.method, operation.template, row["scheme"]].add(tuple(row["least"]))
    for row, operation in relevant:
        scheme = row["scheme"]
        support = operation.support(scheme)
        asked[scheme] += 1
        agrees = bool(support.least) and support.least[0] == tuple(row["least"])
        confidences[support.confidence, agrees] += 1
        if agrees:
            agreed[scheme] += 1
            continue
        kind = judgement(row, support, twins[operation.method, operation.template, scheme])
        ours = " and ".join(support.least[0]) if support.least else "none"
        wrong[kind].append(f"{scheme} {row['method']} {row['path']}: {row['least'][0]}, catalogue {ours}")
    total, right = sum(asked.values()), sum(agreed.values())
    print(f"least agrees: {right} of {total} = {right / total:.2%}")
    for scheme in SCHEMES:
        print(f"  {scheme}: {agreed[scheme]} of {asked[scheme]} = {agreed[scheme] / asked[scheme]:.2%}")
    print(
        "  by confidence: "
        + ", ".join(
            f"{grade} {'agrees' if ok else 'differs'} {count}"
            for (grade, ok), count in sorted(confidences.items())
        )
    )
    for kind, lines in sorted(wrong.items(), key=lambda item: -len(item[1])):
        print(f"  {len(lines)} {kind}")
        for line in sorted(lines):
            print(f"    {line}")
    open_ = total - sum(
        len(lines) for kind, lines in wrong.items() if "(open)" in kind or "row is right" in kind
    )
    print(f"right by this judgement: {open_ / total:.2%}")
    return right / total


def _unsupported(path: Path, matched: list[tuple[dict[str, Any], Operation]]) -> float:
    """Rows without support in either year: how many the catalogue calls unsupported."""
    documents = path.parent.parent / "upstream" / "docs_permissions_2026.jsonl"
    if not documents.exists():
        return 1.0
    listed = {
        (row["method"], tuple(literals(row["path"])), row["scheme"] == "Application")
        for row in rows(documents)
        if row["all"]
    }
    asked = agreed = 0
    for row, operation in matched:
        if row["supported"] or row["scheme"] == "DelegatedPersonal":
            continue
        if (row["method"], tuple(literals(row["path"])), row["scheme"] == "Application") in listed:
            continue
        asked += 1
        support = operation.support(row["scheme"])
        agreed += not support.supported
        if support.supported:
            print(
                f"  {row['scheme']} {row['method']} {row['path']}: {support.accepted} ({support.confidence})"
            )
    print(f"unsupported then and now: {agreed} of {asked} = {agreed / asked:.2%}")
    return agreed / asked


def _samples(path: Path, catalog: Catalog) -> bool:
    """Whether each v1.0 sample request matches, or is listed above with a reason."""
    file = path.parent.parent / "upstream" / "sample-queries.json"
    if not file.exists():
        return True
    queries = json.loads(file.read_text(encoding="utf-8-sig"))["SampleQueries"]
    queries = [query for query in queries if query["requestUrl"].startswith("/v1.0")]
    complete = True
    matches = 0
    for query in queries:
        if catalog.find(query["method"], query["requestUrl"]) is not None:
            matches += 1
            continue
        tokens = "/".join(match.tokens(match.parse_url(query["requestUrl"]).path))
        reason = UNMATCHED_SAMPLES.get((query["method"], tokens))
        complete = complete and reason is not None
        print(f"  {query['method']} {query['requestUrl']}: {reason or 'NOT EXPLAINED'}")
    print(f"sample queries: {matches} of {len(queries)} matched")
    return complete


if __name__ == "__main__":
    default = Path(__file__).parents[2] / "shared" / "truth" / "permissions_2023.jsonl"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
