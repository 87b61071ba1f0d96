"""The catalogue of rules as one Markdown page: a section a rule, with an example and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from linter.finding import Finding
from linter.report.text import OPTIONS, predicted
from linter.ruleset import Rule
from linter.typed import Any, Final, NamedTuple

_READERS = {"regular": "everybody", "pedantic": "pedantic readers", "auditor": "auditors"}


class Chapter(NamedTuple):
    """A rule: what a run knows of it, its whole page, and what it says of each of its examples."""

    rule: Rule
    page: Mapping[str, Any]
    said: Sequence[Sequence[Finding]]


def render(chapters: Sequence[Chapter]) -> str:
    """The whole page, the rules in the order given, families together."""
    lines = [
        "# Rules",
        "",
        f"{len(chapters)} rules. `entralint explain RULE` prints one with all its examples.",
    ]
    family = ""
    for chapter in chapters:
        if chapter.rule.family != family:
            family = chapter.rule.family
            lines += ["", f"* [{family}](#{family}):"]
        name = chapter.rule.id.partition("/")[2]
        lines.append(f"  [{name}](#{_anchor(chapter.rule.id)})")
    family = ""
    for chapter in chapters:
        if chapter.rule.family != family:
            family = chapter.rule.family
            lines += ["", f"## {family}"]
        lines += _chapter(chapter)
    return "\n".join(lines) + "\n"


def _anchor(rule_id: str) -> str:
    """How the Markdown of GitHub names a heading."""
    return rule_id.replace("/", "")


def _chapter(chapter: Chapter) -> Iterator[str]:
    rule, page, _ = chapter
    yield from ("", f"### {rule.id}", "", f"{page['title']}.", "")
    yield from _facts(rule, page)
    yield from ("", _paragraph(page["why"]), "", f"**Fix.** {_paragraph(page['fix'])}")
    if page.get("false_positives"):
        yield from ("", f"**No fault.** {_paragraph(page['false_positives'])}")
    yield from _examples(chapter)
    yield from ("", "References: " + ", ".join(f"<{url}>" for url in page["references"]))


def _facts(rule: Rule, page: Mapping[str, Any]) -> Iterator[str]:
    yield f"* {rule.severity}, confidence {rule.confidence}, for {_READERS[rule.persona]}"
    if page.get("persona_reason"):
        yield f"  ({_paragraph(page['persona_reason']).rstrip('.')})"
    if rule.predicts is not None:
        yield f"* predicts {predicted(rule.predicts)}"
    if rule.fixable is not None:
        yield f"* fixed by `{OPTIONS[rule.fixable]}`"
    yield f"* reads {', '.join(rule.needs)}" + (f"; uses {', '.join(rule.uses)}" if rule.uses else "")
    if rule.refines:
        yield f"* takes the place of {', '.join(f'[{other}](#{_anchor(other)})' for other in rule.refines)}"
    if page.get("covers"):
        yield f"* covers {', '.join(page['covers'])}"


def _examples(chapter: Chapter) -> Iterator[str]:
    examples = chapter.page["examples"]
    shown = next(number for number, example in enumerate(examples) if example["findings"])
    example = examples[shown]
    yield from ("", f"**Found:** {example['title']}", "", "```yaml", *_source(example), "```", "", "```text")
    for finding in chapter.said[shown]:
        yield f"{finding.severity} at {finding.at.pointer or '/'}: {finding.message}"
        for related in finding.related:
            yield f"    {related.at.pointer or '/'}: {related.label}"
    yield "```"
    others = [
        (example, said)
        for example, said in zip(examples, chapter.said, strict=True)
        if example is not examples[shown]
    ]
    for title, wanted in (
        ("Found too", [one["title"] for one, said in others if said]),
        ("Silent", [one["title"] for one, said in others if not said and not one.get("unknown")]),
        (
            "Not evaluated",
            [
                f"{one['title']} (lacks {', '.join(one['unknown'])})"
                for one, said in others
                if not said and one.get("unknown")
            ],
        ),
    ):
        if wanted:
            yield from ("", f"{title}: {'; '.join(wanted)}.")


def _source(example: Mapping[str, Any]) -> Iterator[str]:
    """An example as YAML, without what the tests alone need."""
    import yaml  # noqa: PLC0415  only this page is written as YAML

    kept = {
        key: value
        for key, value in example.items()
        if key not in ("title", "findings", "fixed", "unknown", "also")
    }
    text: str = yaml.safe_dump(
        _cut(kept), sort_keys=False, width=110, allow_unicode=True, default_flow_style=None
    )
    yield from text.rstrip().splitlines()


#: A longer list is shown by its beginning.
_MOST_ITEMS: Final = 20


def _cut(value: Any) -> Any:
    """The value without the greater part of long lists."""
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list):
        shown = [_cut(item) for item in (value if len(value) <= _MOST_ITEMS else value[:3])]
        return shown if len(value) <= _MOST_ITEMS else [*shown, f"… {len(value) - 3} more"]
    return value


def _paragraph(text: str) -> str:
    """One line in which no angle bracket begins a tag."""
    return " ".join(text.split()).replace("<", "\\<")
