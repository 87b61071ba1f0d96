"""Findings over public manifests, judged by hand in `corpus_review.yaml`: enough of them are true.

Where the shared corpus lies beside the checkout, each error and warning over its manifests must be judged.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from linter.cli import main
from linter.typed import Any

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "shared" / "corpus" / "manifests"
REVIEW = yaml.safe_load((HERE / "corpus_review.yaml").read_text(encoding="utf-8"))
FINDINGS: list[dict[str, str]] = REVIEW["findings"]
REPAIRED: list[dict[str, str]] = REVIEW["repaired"]

SECOND: list[dict[str, str]] = yaml.safe_load((HERE / "corpus_second_judge.yaml").read_text(encoding="utf-8"))

SOURCE = {"repo", "path", "commit", "package", "index"}
JUDGED = {"rule", "severity", "subject", "verdict", "because"}
SHARES = {"error": 0.97, "warning": 0.90}
COMMAND = "--no-config --persona auditor --format json --today 2026-11-26 --skip-unrecognized"


def _named(finding: dict[str, Any]) -> str:
    where = finding.get("repo") or finding.get("package") or finding.get("index")
    return f"{where} {finding.get('path', '')}: {finding['rule']} ({finding['subject']})"


@pytest.mark.parametrize("finding", FINDINGS + REPAIRED + SECOND, ids=_named)
def test_shape(finding):
    assert finding.keys() >= JUDGED
    assert not finding.keys() - JUDGED - SOURCE
    assert finding.keys() & {"repo", "package", "index"}, "it says where it was seen"
    assert all(type(value) is str and value for value in finding.values())
    assert finding["verdict"] in ("true", "false", "debatable")
    assert finding["severity"] in ("error", "warning", "note")
    assert (HERE.parent / "rules" / f"{finding['rule']}.yaml").is_file()
    assert len(finding["because"]) < 250, "facts, and no text of the file"
    commit = finding.get("commit")
    assert commit is None or (len(commit) == 40 and set(commit) <= set("0123456789abcdef"))


def test_each_finding_is_judged_once():
    judged = [tuple(sorted(finding.items())) for finding in FINDINGS]
    assert len(judged) == len(set(judged))


def test_the_second_judge_saw_fifty_and_none_of_them_calls_a_standing_error_or_warning_false():
    assert len(SECOND) == 50
    gone = {(one["rule"], one["subject"]) for one in REPAIRED}
    false = [
        _named(one)
        for one in SECOND
        if one["verdict"] == "false" and (one["rule"], one["subject"]) not in gone
    ]
    assert [name for name in false if "secret-instead-of-strong-credential" not in name] == []


def test_what_was_repaired_was_false():
    assert {finding["verdict"] for finding in REPAIRED} == {"false"}


@pytest.mark.parametrize(("severity", "least"), SHARES.items())
def test_share_of_true_findings(severity, least):
    """A debatable one does not count as true."""
    verdicts = [finding["verdict"] for finding in FINDINGS if finding["severity"] == severity]
    assert verdicts
    assert verdicts.count("true") / len(verdicts) >= least


@pytest.mark.skipif(
    not (CORPUS / "INDEX.jsonl").is_file(), reason="the shared corpus is not beside the checkout"
)
def test_the_shared_corpus_is_judged(tmp_path):
    answer = tmp_path / "findings.json"
    main(["check", str(CORPUS), *COMMAND.split(), "--output", str(answer)])
    entries = (json.loads(line) for line in (CORPUS / "INDEX.jsonl").read_text(encoding="utf-8").splitlines())
    sources = {CORPUS / entry["file"]: (entry["repo"], entry["path"]) for entry in entries}
    judged = {(f.get("repo"), f.get("path"), f["rule"], f["severity"], f["subject"]) for f in FINDINGS}
    found = json.loads(answer.read_text(encoding="utf-8"))
    assert found["apps"], "the corpus has applications"
    missing = [
        finding
        for finding in found["findings"]
        if finding["severity"] in SHARES
        and (*sources[Path(finding["file"])], finding["rule"], finding["severity"], finding["subject"])
        not in judged
    ]
    assert missing == [], "judge them by hand, and add them to corpus_review.yaml"
