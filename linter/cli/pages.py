"""What `entralint explain` shows of each kind of page: lines for people, one document for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import fill, indent

from linter import ruleset
from linter.explain import Page
from linter.explain.app import AppPage
from linter.explain.error import AadstsPage, ErrorPage
from linter.explain.operation import Alternative, Note, OperationPage, Version, Way, Witnessed
from linter.explain.permission import Opened, PermissionPage, Relative, Side
from linter.explain.rule import FamilyPage, RulePage, Seen
from linter.report.safe import masked, plain
from linter.report.text import predicted
from linter.typed import Any, Final

VERSION: Final = 1

_WIDTH: Final = 100
_LABEL: Final = 18
_COLUMN: Final = 40

#: Relatives shown of each kind, and names of an app's permissions; JSON has all.
_MOST: Final = 6
_MOST_NAMES: Final = 12
#: Rules about one error that are shown with what to do.
_MOST_RULES: Final = 12

_KINDS: Final = {
    RulePage: "rule",
    FamilyPage: "family",
    PermissionPage: "permission",
    OperationPage: "operation",
    AadstsPage: "aadsts",
    ErrorPage: "error",
    AppPage: "app",
}

# The parts of an example beside the registration, and the file in which a user would find each.
_HALVES: Final = (
    (
        "calls file",
        ("app", "tenant", "cloud", "complete", "directory_roles", "consent", "api", "flows"),
    ),
    ("grants", ("grants",)),
    ("day", ("today",)),
)


# --- JSON -------------------------------------------------------------------------------------


def document(asked: str, pages: Iterable[Page]) -> dict[str, Any]:
    """The answer for machines: the records with their fields' names."""
    return {
        "version": VERSION,
        "asked": masked(asked),
        "pages": [{"kind": _KINDS[type(page)]} | _members(page) for page in pages],
    }


def _members(page: Page) -> dict[str, Any]:
    if isinstance(page, OperationPage):
        page = page._replace(url=masked(page.url))
    members: dict[str, Any] = _value(page)
    own = members.pop("page", {})  # a rule's file is the page itself
    return {**members, **own}


def _value(value: Any) -> Any:
    """A record as plain values."""
    if hasattr(value, "_asdict"):
        return {name: _value(member) for name, member in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return value


# --- text -------------------------------------------------------------------------------------


def text(pages: Iterable[Page]) -> Iterator[str]:
    """The lines about some pages, with a blank one between them."""
    for number, page in enumerate(pages):
        if number:
            yield ""
        yield from _lines(page)


def _lines(page: Page) -> Iterator[str]:
    if isinstance(page, RulePage):
        return _rule(page)
    if isinstance(page, FamilyPage):
        return _family(page)
    if isinstance(page, PermissionPage):
        return _permission(page)
    if isinstance(page, OperationPage):
        return _operation(page)
    if isinstance(page, AadstsPage):
        return _aadsts(page)
    if isinstance(page, ErrorPage):
        return _error(page)
    return _app(page)


def _paragraph(text: str, begin: str = "", then: str | None = None) -> str:
    return fill(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin) if then is None else then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fact(label: str, text: str) -> str:
    return _paragraph(text, f"{label:10} ")


# --- rules ------------------------------------------------------------------------------------


def _rule(page: RulePage) -> Iterator[str]:
    data = page.page
    yield f"{page.id}: {data['title']}"
    persona = f", for {found} readers" if (found := ruleset.persona(data)) != "regular" else ""
    yield f"{data['severity']}, confidence {data['confidence']}, since {data['since']}{persona}"
    yield ""
    yield _paragraph(data["why"])
    yield ""
    yield _paragraph(f"Fix: {data['fix']}")
    if data.get("false_positives"):
        yield ""
        yield _paragraph(f"Not a fault: {data['false_positives']}")
    yield ""
    error = ruleset.predicts(data.get("predicts"))
    if error:
        yield _fact("Predicts", predicted(error))
    yield _fact("Needs", ", ".join(page.needs) + (f"; uses {', '.join(page.uses)}" if page.uses else ""))
    if data.get("refines"):
        yield _fact("Refines", f"{', '.join(data['refines'])} (takes its place where both see a fault)")
    if page.refined_by:
        yield _fact("Refined by", ", ".join(page.refined_by))
    if data.get("covers"):
        yield _fact("Covers", ", ".join(data["covers"]))
    if page.fixable:
        yield _fact("Fixable", "by `entralint check --fix`")
    for reference in data["references"]:
        yield _fact("See", reference)
    for example in data["examples"]:
        yield from _example(example)


def _example(example: dict[str, Any]) -> Iterator[str]:
    unknown = example.get("unknown", ())
    outcomes = [
        *(["finds"] if example["findings"] else []),
        *(["is not evaluated"] if unknown else []),
    ]
    yield ""
    yield f"Example: {example['title']} ({' and '.join(outcomes) or 'is silent'})"
    if "application" in example:
        marks = [str(example[key]) for key in ("form", "completeness") if key in example]
        yield f"  registration ({', '.join(marks)})" if marks else "  registration"
        yield _yaml(example["application"])
    for name, keys in _HALVES:
        half = {key: example[key] for key in keys if key in example}
        if half:
            yield f"  {name}"
            yield _yaml(half)
    for finding in example["findings"]:
        yield f"  at {finding['at'] or 'the file'}: {finding['message']}"
        marks = [f"{key} {finding[key]}" for key in ("severity", "confidence") if key in finding]
        if marks:
            yield f"    {', '.join(marks)}"
        for related in finding.get("related", ()):
            yield f"    {related['at'] or 'the file'}: {related['label']}"
    if unknown:
        yield f"  not stated: {', '.join(unknown)}"
    if "fixed" in example:
        yield "  after the fix"
        yield _yaml(example["fixed"])


def _yaml(value: Any) -> str:
    """A part of an example as YAML in block style, every shared part written out."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    shown = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return indent(shown.rstrip(), "    ")


def _family(page: FamilyPage) -> Iterator[str]:
    yield f"{page.name}: a family of {len(page.rules)} rules"
    yield ""
    yield from _listed(page.rules)


def _listed(rules: tuple[Seen, ...], begin: str = "") -> Iterator[str]:
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        yield f"{begin}{rule.id:{width}}  {rule.severity:7}  {rule.title}"


# --- errors -----------------------------------------------------------------------------------


def _aadsts(page: AadstsPage) -> Iterator[str]:
    yield f"AADSTS{page.number}" + (f": {page.meaning}" if page.meaning else "")
    if page.source:
        yield f"source: {page.source} (confidence {page.confidence})"
    yield from _seen_by(page.rules)


def _error(page: ErrorPage) -> Iterator[str]:
    statuses = " or ".join(f"HTTP {status}" for status in page.status)
    if page.code is None:
        yield f"{statuses} from Microsoft Graph, by its code"
        yield ""
        width = max((len(entry.code) for entry in page.meanings), default=0)
        for entry in page.meanings:
            yield _paragraph(entry.when, f"  {entry.code:{width}}  ")
    else:
        yield f"{page.code}" + (f" ({statuses})" if statuses else "")
        for entry in page.meanings:
            yield _paragraph(entry.when, "  ")
            yield f"source: {entry.source} (confidence {entry.confidence})"
    yield from _seen_by(page.rules)


def _seen_by(rules: tuple[Seen, ...]) -> Iterator[str]:
    """The rules about an error: each with what to do, or by title where they are many."""
    if len(rules) > _MOST_RULES:
        yield ""
        yield "predicted by"
        yield from _listed(rules, "  ")
        return
    for rule in rules:
        yield ""
        yield f"{'predicted by' if rule.predicted else 'see also'} {rule.id}: {rule.title}"
        yield _paragraph(f"Fix: {rule.fix}", "  ")
    if not rules:
        yield "no rule sees it coming"


# --- apps -------------------------------------------------------------------------------------


def _app(page: AppPage) -> Iterator[str]:
    is_api = bool(page.api or page.delegated or page.application)
    yield f"{page.name}, an {'API' if is_api else 'app'} of Microsoft's"
    yield f"  {'appId':16} {page.app_id}"
    if page.api is not None:
        since = f" since {page.api.status_date}" if page.api.status_date else ""
        yield f"  {'status':16} {page.api.status}{since}"
        for label, names in (("tokens for", page.api.audiences), ("answers at", page.api.hosts)):
            for at, (cloud, listed) in enumerate(names.items()):
                yield _paragraph(", ".join(listed), f"  {'' if at else label:16} {cloud}: ", " " * 19)
        yield f"  {'challenges':16} " + (
            "sends claims challenges to clients that declare cp1"
            if page.claims_challenges
            else "sends no claims challenges that are known"
        )
        if page.api.note:
            yield _paragraph(page.api.note, f"  {'note':16} ")
        yield f"  {'source':16} {page.api.source} (confidence {page.api.confidence})"
    known = "" if page.complete else " that are known"
    for label, names_ in (("delegated", page.delegated), ("application", page.application)):
        shown = f"{len(names_)} permissions{known}" if names_ else f"no permissions{known}"
        if 0 < len(names_) <= _MOST_NAMES:
            shown = ", ".join(names_)
        if is_api:
            yield _paragraph(shown, f"  {label:16} ")


# --- permissions ------------------------------------------------------------------------------


def _permission(page: PermissionPage) -> Iterator[str]:
    api = page.api or page.resource
    status = f" ({page.api_status})" if page.api_status not in (None, "active") else ""
    yield f"{page.value}, a permission of {api}{status}"
    if page.asked is not None:
        other = page.application if page.asked == "Scope" else page.delegated
        asked, twin = ("delegated", "application") if page.asked == "Scope" else ("application", "delegated")
        of_twin = f"there is no {twin} one of that name"
        if other is not None:
            of_twin = f"the {twin} one of that name is {other.id or 'without a known id'}"
        yield f"The id is that of the {asked} permission; {of_twin}."
    yield ""
    names = {"Scope": "delegated (Scope)", "Role": "application (Role)"}
    yield from _columns("", [names[side.type] for side in page.sides])
    for label, values in _side_facts(page):
        yield from _columns(label, values)
    counted = False
    for side in page.sides:
        if side.alone is not None and side.alone.total + (side.beside.total if side.beside else 0):
            yield ""
            yield from _relations(side)
            counted = True
    if counted:
        yield ""
        yield _paragraph(
            "Counted on what Microsoft publishes, which has gaps: what a permission lacks there may work "
            "all the same."
        )


def _side_facts(page: PermissionPage) -> Iterator[tuple[str, list[str]]]:
    sides = page.sides
    yield "id", [side.id or "not known" for side in sides]
    yield "consent by", [_consent(side) for side in sides]
    yield "level", [f"{side.level or 'not known'}{' of 4' if side.level else ''}" for side in sides]
    if any(side.tier_zero for side in sides):
        yield (
            "tier zero",
            ["a known path to Global Administrator" if side.tier_zero else "-" for side in sides],
        )
    if any(side.personal is not None for side in sides):
        offered = {True: "offered to them", False: "not offered to them", None: "-"}
        yield "personal accounts", [offered[side.personal] for side in sides]
    yield "state", [_state(side) for side in sides]
    limits = [_limit(side) for side in sides]
    if any(limits):
        yield "reaches", [limit or "-" for limit in limits]
    if any(side.alone is not None for side in sides):
        yield "opens alone", [_opened(side.alone) for side in sides]
        if any(side.beside and side.beside.total for side in sides):
            yield "only with another", [_opened(side.beside) for side in sides]
    else:
        yield "opens", ["not known: nobody publishes what its calls need"] * len(sides)


def _consent(side: Side) -> str:
    if side.granted_in is not None:
        return f"the {side.granted_in} itself, by the Teams app's manifest"
    if side.admin_consent is None:
        return "not known"
    return "an administrator" if side.admin_consent else "any user, where the tenant lets them"


def _state(side: Side) -> str:
    marks = ["hidden"] if side.hidden else []
    if not side.enabled:
        marks.append("disabled")
    if not side.live and side.granted_in is None:
        marks.append("not published by the API today")
    return ", ".join(marks) or ("published" if side.live else "not in the API's list of app roles")


def _limit(side: Side) -> str:
    if side.selected is not None:
        return f"nothing until a {side.selected.granted_on} is granted"
    if side.granted_in is not None:
        return f"that {side.granted_in} only"
    if side.shared_of is not None:
        return f"what {side.shared_of} does, and what was shared"
    return "every mailbox, unless Exchange limits it" if side.exchange else ""


def _opened(opened: Opened | None) -> str:
    if opened is None or not opened.total:
        return "no known operation" if opened is not None else "-"
    counts = [
        f"{number} {name}{'' if number == 1 else 's'}"
        for number, name in ((opened.reads, "read"), (opened.writes, "write"))
        if number
    ]
    beta = f" ({opened.beta_only} in beta only)" if opened.beta_only else ""
    return ", ".join(counts) + beta


def _columns(label: str, values: list[str]) -> Iterator[str]:
    """A row of the table, its cells wrapped."""
    cells = [
        fill(value, _COLUMN - 2, break_long_words=False, break_on_hyphens=False).split("\n")
        for value in values
    ]
    for at in range(max(map(len, cells))):
        row = "".join(f"{cell[at] if at < len(cell) else '':{_COLUMN}}" for cell in cells)
        yield f"{label if at == 0 else '':{_LABEL}}{row}".rstrip()


def _relations(side: Side) -> Iterator[str]:
    """What one type opens, and its relatives."""
    kind = "delegated" if side.type == "Scope" else "application"
    account = ", for a personal account" if side.account == "personal" else ""
    yield f"{kind}{account}:"
    for label, lines in (
        ("examples", list(side.examples)),
        ("same operations", _relatives(side.same)),
        ("narrower", _relatives(side.narrower) or ["none opens only a part of it"]),
        ("broader", _relatives(side.broader) or ["none opens all of it and more"]),
        ("same area", _relatives(_nearest_first(side.siblings))),
    ):
        for at, line in enumerate(lines):
            yield f"  {label if at == 0 else '':{_LABEL - 2}}{line}"
    if side.selected is not None:
        yield _paragraph(
            f"anything below {', '.join(side.selected.prefixes)}: published tables hardly list it",
            f"  {'may open':{_LABEL - 2}}",
        )
    if side.partners:
        yield _paragraph(_some(side.partners), f"  {'together with':{_LABEL - 2}}")


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _nearest_first(siblings: tuple[Relative, ...]) -> tuple[Relative, ...]:
    """Those that share most first, those that open nothing known last."""
    return tuple(sorted(siblings, key=lambda one: (not one.opens, one.lacks, one.adds, one.value)))


def _relatives(relatives: tuple[Relative, ...]) -> list[str]:
    lines = [_relative(one) for one in relatives[:_MOST]]
    if len(relatives) > _MOST:
        lines.append(f"and {len(relatives) - _MOST} more")
    return lines


def _relative(one: Relative) -> str:
    changes = ", ".join(
        f"{word} {number}" for word, number in (("adds", one.adds), ("lacks", one.lacks)) if number
    )
    if not one.opens:
        changes = "no known operation"
    level = f"level {one.level}" if one.level else "no level"
    admin = ", admin consent" if one.admin_consent else ""
    return f"{one.value:44} {level}{admin}" + (f"; {changes}" if changes else "")


# --- operations -------------------------------------------------------------------------------


def _operation(page: OperationPage) -> Iterator[str]:
    yield f"{page.method} {plain(page.url)}"
    for number, version in enumerate(page.versions):
        if number:
            yield ""
        yield from _version(page.method, version)
    if page.notes and page.versions:
        yield ""
        yield "Notes"
    if page.notes:
        for note in page.notes:
            yield from _note(note)


def _version(method: str, version: Version) -> Iterator[str]:
    yield f"is {method} {version.template} ({' and '.join(version.versions)})"
    for way in version.ways:
        yield ""
        verdict = "supported" if way.supported else "not supported"
        yield f"{way.access}: {verdict}, confidence {way.confidence}"
        yield from _alternatives(way)
        yield from _removed(way)


def _alternatives(way: Way) -> Iterator[str]:
    width = max((len(_names(found)) for found in way.alternatives), default=0)
    said = {one.permissions: _said_by(one) for one in way.evidence if one.removed is None}
    if way.alternatives and not any(found.least for found in way.alternatives):
        yield "  one of these, by the kind of data that it is about:"
    for found in way.alternatives:
        names = tuple(needed.value for needed in found.permissions)
        marks = ", ".join(filter(None, (_marks(found), said.get(names))))
        yield f"  {'least' if found.least else '':5}  {_names(found):{width}}  {marks}".rstrip()


def _removed(way: Way) -> Iterator[str]:
    """What a witness names and is not accepted, by the reason; and where the witnesses look."""
    reasons: dict[str, list[str]] = {}
    for one in way.evidence:
        if one.removed is not None:
            reasons.setdefault(one.removed, []).append(" and ".join(one.permissions))
    for reason, names in reasons.items():
        yield _paragraph(f"{reason}: {_some(tuple(names))}", "  not accepted, ", "    ")
    if way.evidence and all(one.page is None for one in way.evidence) and way.access != "personal":
        yield "  the reference pages do not have it"
    if way.evidence and all(one.data is None for one in way.evidence):
        yield "  permissions.json does not have it"
    for witness, path in (("permissions.json has it", way.data_path), ("its page is that of", way.page_path)):
        if path is not None:
            yield f"  {witness}{' as' if 'json' in witness else ''} {path}"


def _said_by(one: Witnessed) -> str:
    """Which witness names an alternative, where both could."""
    if one.data is None or one.page is None:
        return ""
    return "" if one.data and one.page else "by permissions.json only" if one.data else "by its page only"


def _names(found: Alternative) -> str:
    return " and ".join(needed.value for needed in found.permissions)


def _marks(found: Alternative) -> str:
    """What is to know of an alternative: of a pair, what is true of either."""
    levels = [needed.level for needed in found.permissions]
    marks = [f"level {max(level for level in levels if level)}" if any(levels) else "no level"]
    if any(needed.admin_consent for needed in found.permissions):
        marks.append("admin consent")
    if any(needed.tier_zero for needed in found.permissions):
        marks.append("tier zero")
    marks += [f"granted by the {needed.granted_in}" for needed in found.permissions if needed.granted_in]
    if found.partial:
        marks.append("for some objects or properties only")
    return ", ".join(marks)


def _note(note: Note) -> Iterator[str]:
    yield _paragraph(note.text, "  * ", "    ")
    about = [f"source: {note.source}"] if note.source else []
    if note.confidence != "high":
        about.append(f"confidence {note.confidence}")
    if note.rules:
        about.append(f"see {', '.join(note.rules)}")
    if about:
        yield _paragraph("; ".join(about), "    ", "    ")
