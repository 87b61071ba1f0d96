"""Run, suppress, select, ignore, number: with rules made here, so that no real rule's page matters."""

import functools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter import cases, engine, ruleset
from linter.cases import Case, Request
from linter.catalog.store import Catalog
from linter.engine import Ignore, Layer, NotEvaluated, Outcome, Selection
from linter.entra import Entra
from linter.finding import Confidence, Hit, Predicts, Severity, Unknown
from linter.positions import At, Source
from linter.readers import graph
from linter.ruleset import Rule
from linter.syntax import json_text
from tests.cli.run import GRAPH

TODAY = "2026-11-25"
TEXT = json.dumps({"appId": "app", "displayName": "Portal", "web": {"redirectUris": ["a", "b"]}}, indent=1)
SOURCE = Source("apps/portal.json", TEXT, json_text.spans)
(APPLICATION,) = graph.read(SOURCE) or ()
CASE = Case("Portal", "app", APPLICATION, None, None, None, ("apps/portal.json",))

EVERYTHING = Selection()

Checks = dict[str, Callable[..., Iterator[Hit | Unknown]]]


def rule(
    identifier: str,
    severity: Severity = "error",
    confidence: Confidence = "high",
    persona: str = "regular",
    refines: tuple[str, ...] = (),
    needs: tuple[str, ...] = ("application",),
    uses: tuple[str, ...] = (),
) -> Rule:
    return Rule(
        identifier,
        f"title of {identifier}",
        severity,
        confidence,
        persona,
        "fix it",
        None,
        refines,
        needs,
        uses,
    )


def hit(pointer: str, subject: str = "", **more: Any) -> Hit:
    return Hit(subject or pointer, At(SOURCE, pointer), f"fault at {pointer}", **more)


def yields(*results: Hit | Unknown) -> Callable[..., Iterator[Hit | Unknown]]:
    return lambda *_inputs: iter(results)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def run(
        rules: dict[Rule, Callable[..., Iterator[Hit | Unknown]]],
        selection: Selection = EVERYTHING,
        case: Case = CASE,
        *,
        whole: bool = False,
        more: tuple[Case, ...] = (),
    ) -> Outcome:
        modules: dict[str, ModuleType] = {}
        for made, check in rules.items():
            module, function = made.check
            found = modules.setdefault(module, ModuleType(f"linter.checks.{module}"))
            setattr(found, function, check)
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, f"linter.checks.{name}", module)
        known = {made.id: made for made in rules}
        return engine.run((case, *more), known, selection, Catalog.open, Entra(), TODAY, whole=whole)

    return run


def told(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    return [(f.rule, f.severity, f.subject, f.fingerprint) for f in outcome.findings]


def rules_and_places(outcome: Outcome) -> list[tuple[str, str]]:
    return [(finding.rule, finding.at.pointer) for finding in outcome.findings]


# --- findings -----------------------------------------------------------------------------------


def test_a_finding_has_its_rules_metadata(run):
    (finding,) = run({rule("x/a", "warning", "medium"): yields(hit("/web", "web"))}).findings
    assert finding._replace(at=None) == (
        "x/a", "warning", "medium", "fault at /web", "web", "Portal", None, (), None, "fix it", "x/a:app:web",
        (), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of_hit", "shown"),
    [
        (None, Predicts(400, None, (50011,))),
        (Predicts(aadsts=(500113,)), Predicts(aadsts=(500113,))),
        (Predicts(), None),  # a customer directory has numbers of its own
    ],
)
def test_a_hit_knows_its_error_better_than_its_rule(run, of_hit, shown):
    predicting = rule("x/a")._replace(predicts=Predicts(400, None, (50011,)))
    (finding,) = run({predicting: yields(hit("/web", predicts=of_hit))}).findings
    assert finding.predicts == shown


def test_a_family_may_be_a_package(run):
    apart = rule("x/b")._replace(module="x.apart")
    assert (rule("x/a").check, apart.check) == (("x", "a"), ("x.apart", "b"))
    outcome = run({rule("x/a"): yields(hit("/web")), apart: yields(hit("/displayName"))})
    assert rules_and_places(outcome) == [("x/b", "/displayName"), ("x/a", "/web")]


@pytest.mark.parametrize(
    ("of_rule", "of_hit", "shown"),
    [
        (("error", "high"), ("warning", "low"), ("warning", "low")),
        (("note", "low"), ("error", "high"), ("note", "low")),
        (("warning", "medium"), (None, None), ("warning", "medium")),
    ],
)
def test_a_hit_may_only_lower(run, of_rule, of_hit, shown):
    (finding,) = run(
        {rule("x/a", *of_rule): yields(hit("/web", severity=of_hit[0], confidence=of_hit[1]))},
        Selection(persona="auditor"),
    ).findings
    assert (finding.severity, finding.confidence) == shown


def test_sorted_by_file_line_and_rule(run):
    other = Source("apps/a.json", TEXT, json_text.spans)
    outcome = run(
        {
            rule("x/b"): yields(hit("/web/redirectUris/1"), hit("/web"), Hit("s", At(other, "/web"), "m")),
            rule("x/a"): yields(hit("/web"), hit("/web/redirectUris/0")),
        }
    )
    assert [(f.at.source.path, f.rule, f.at.pointer) for f in outcome.findings] == [
        ("apps/a.json", "x/b", "/web"),
        ("apps/portal.json", "x/a", "/web"),
        ("apps/portal.json", "x/b", "/web"),
        ("apps/portal.json", "x/a", "/web/redirectUris/0"),
        ("apps/portal.json", "x/b", "/web/redirectUris/1"),
    ]


def test_equal_fingerprints_are_numbered_in_file_order(run):
    outcome = run(
        {
            rule("x/a"): yields(
                hit("/web/redirectUris/1", "r"), hit("/web/redirectUris/0", "r"), hit("/web", "w")
            )
        }
    )
    assert [(f.at.pointer, f.fingerprint) for f in outcome.findings] == [
        ("/web", "x/a:app:w"),
        ("/web/redirectUris/0", "x/a:app:r"),
        ("/web/redirectUris/1", "x/a:app:r/2"),
    ]


# --- what is not evaluated -----------------------------------------------------------------------


def test_a_rule_without_its_input_is_not_evaluated_and_not_loaded(run):
    def loud(*_inputs):
        raise AssertionError("a rule that cannot run was run")

    outcome = run({rule("x/a", needs=("application", "flows", "grants")): loud, rule("x/b"): yields()})
    (app,) = outcome.apps
    assert (app.evaluated, app.not_evaluated) == (1, (NotEvaluated("x/a", ("flows", "grants"), given=False),))


@pytest.mark.parametrize(
    ("worked_out", "lacks"), [("climbs", "flows"), ("rightsizing", "flows"), ("policies", "tenant")]
)
def test_of_an_input_that_is_worked_out_what_it_is_made_of_is_missing(run, worked_out, lacks):
    (app,) = run({rule("x/a", needs=(worked_out, lacks)): yields()}).apps
    assert app.not_evaluated == (NotEvaluated("x/a", (lacks,), given=False),)


def test_an_unknown_stops_counting_but_not_the_check(run):
    field = Unknown("application.api")
    outcome = run({rule("x/a"): yields(field, hit("/web"), field, Unknown("application.web"))})
    (app,) = outcome.apps
    assert rules_and_places(outcome) == [("x/a", "/web")]
    assert app.not_evaluated == (NotEvaluated("x/a", ("application.api", "application.web"), given=True),)
    assert app.evaluated == 0


def test_an_unknown_of_an_input_that_was_not_given(run):
    outcome = run(
        {
            rule("x/a", uses=("grants",)): yields(Unknown("grants.app_role_assignments")),
            rule("x/b", uses=("grants",)): yields(
                Unknown("grants.app_role_assignments"), Unknown("application.web")
            ),
            rule("x/c", uses=("tenant",)): yields(Unknown("tenant.cloud")),
            rule("x/d", needs=("catalog",)): yields(Unknown("catalog.resources")),
        }
    )
    given = {entry.rule: entry.given for entry in outcome.apps[0].not_evaluated}
    assert given == {"x/a": False, "x/b": True, "x/c": False, "x/d": True}


def test_an_input_that_is_used_but_absent_is_given_as_none(run):
    def check(application, grants=None) -> Iterator[Hit]:
        assert (application, grants) == (APPLICATION, None)
        yield hit("/web")

    assert rules_and_places(run({rule("x/a", uses=("grants",)): check})) == [("x/a", "/web")]


# --- suppression ---------------------------------------------------------------------------------


def refined(special: Hit, *general: Hit) -> Checks:
    return {rule("x/general"): yields(*general), rule("x/special", refines=("x/general",)): yields(special)}  # type: ignore[dict-item]


def test_a_refining_hit_hides_the_general_ones_at_or_below_its_place(run):
    outcome = run(refined(hit("/web"), hit("/web"), hit("/web/redirectUris/0"), hit("/webhook"), hit("")))
    left = [("x/general", ""), ("x/general", "/webhook"), ("x/special", "/web")]
    assert sorted(rules_and_places(outcome)) == left


def test_not_in_another_file(run):
    other = Source("other.json", TEXT, json_text.spans)
    outcome = run(refined(hit("/web"), Hit("s", At(other, "/web"), "m")))
    assert rules_and_places(outcome) == [("x/special", "/web"), ("x/general", "/web")]


@pytest.mark.parametrize(
    "selection",
    [
        Selection((Layer(ignore=("x/special",)),)),
        Selection((Layer(select=("x/general",)),)),
        Selection(ignores=(Ignore("x/special", "known", "here"),)),
    ],
)
def test_also_when_the_refining_rule_is_ignored(run, selection):
    outcome = run(refined(hit("/web"), hit("/web"), hit("/web/redirectUris")), selection)
    assert rules_and_places(outcome) == []


# --- selection -----------------------------------------------------------------------------------

BOTH = {rule("x/a"): yields(hit("/web")), rule("x/b"): yields(hit("/web")), rule("y/a"): yields(hit("/web"))}


@pytest.mark.parametrize(
    ("layers", "shown"),
    [
        ((), ["x/a", "x/b", "y/a"]),
        ((Layer(select=("x",)),), ["x/a", "x/b"]),
        ((Layer(select=("x/a", "y")),), ["x/a", "y/a"]),
        ((Layer(ignore=("x",)),), ["y/a"]),
        ((Layer(select=("x",), ignore=("x/a",)),), ["x/b"]),
        ((Layer(select=("x/a",), ignore=("x",)),), ["x/a"]),
        ((Layer(ignore=("x/a",)), Layer(select=("x",))), ["x/b"]),
        ((Layer(select=("x/a",)), Layer(ignore=("x",))), ["x/a"]),
        ((Layer(ignore=("x",), files=("apps/*",)), Layer(select=("x",))), []),
        ((Layer(ignore=("x",), files=("other/*",)), Layer(select=("x",))), ["x/a", "x/b"]),
        ((Layer(select=("y",), files=("apps/*.json",)), Layer(ignore=("y",))), ["y/a"]),
        ((Layer(ignore=("x",), files=("repo/apps/*",), base="repo"),), ["y/a"]),
        ((Layer(ignore=("x",), files=("apps/*",), base="repo"),), ["x/a", "x/b", "y/a"]),
    ],
)
def test_the_first_layer_that_speaks_decides(run, layers, shown):
    assert [finding.rule for finding in run(BOTH, Selection(layers)).findings] == shown


@pytest.mark.parametrize(
    ("layers", "severity"),
    [
        ((Layer(severity={"x": "note"}),), "note"),
        ((Layer(severity={"x": "note", "x/a": "error"}),), "error"),
        ((Layer(severity={"y": "error"}),), "warning"),
        ((Layer(severity={"x/a": "error"}, files=("apps/*",)), Layer(severity={"x/a": "note"})), "error"),
        ((Layer(severity={"x/a": "error"}, files=("lib/*",)), Layer(severity={"x/a": "note"})), "note"),
    ],
)
def test_configured_severity(run, layers, severity):
    check = {rule("x/a", "warning"): yields(hit("/web", severity="note") if severity == "" else hit("/web"))}
    (finding,) = run(check, Selection(layers)).findings
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("persona", "shown", "hidden"),
    [
        ("regular", ["x/e", "x/r"], 2),
        ("pedantic", ["x/e", "x/p", "x/r"], 1),
        ("auditor", ["x/a", "x/e", "x/p", "x/r"], 0),
    ],
)
def test_a_persona_hides_fussier_rules_but_never_an_error(run, persona, shown, hidden):
    outcome = run(
        {
            rule("x/a", "note", persona="auditor"): yields(hit("/web")),
            rule("x/e", "error", persona="auditor"): yields(hit("/web")),
            rule("x/p", "warning", persona="pedantic"): yields(hit("/web")),
            rule("x/r", "note"): yields(hit("/web")),  # for everybody by exception
        },
        Selection(persona=persona),
    )
    assert ([finding.rule for finding in outcome.findings], outcome.fussy) == (shown, hidden)


def test_what_is_not_shown_is_not_counted(run):
    rules = {
        rule("x/a"): yields(),
        rule("x/b", needs=("flows",)): yields(),
        rule("y/a"): yields(Unknown("application.web")),
    }
    (app,) = run(rules, Selection((Layer(select=("x",)),))).apps
    assert (app.evaluated, app.not_evaluated) == (1, (NotEvaluated("x/b", ("flows",), given=False),))


# --- ignores -------------------------------------------------------------------------------------


def _hidden(run, a_rule, a_hit, **more):
    return run({a_rule: yields(a_hit)}, Selection(**more)).fussy == 1


def test_what_a_check_lowers_to_a_note_or_a_guess_is_an_auditors(run):
    assert _hidden(run, rule("x/a", "warning"), hit("/web", severity="note"))
    assert _hidden(run, rule("x/a", "warning"), hit("/web", confidence="low"))
    assert not _hidden(run, rule("x/a", "warning"), hit("/web", confidence="medium"))
    assert not _hidden(run, rule("x/a", "warning", "medium"), hit("/web", confidence="low"))


def test_a_rule_that_somebody_asks_for_is_shown_to_everybody(run):
    fussy = rule("x/a", "warning", "low", persona="auditor")
    assert _hidden(run, fussy, hit("/web"))
    assert _hidden(run, fussy, hit("/web"), layers=(Layer(select=("x",)),))
    assert not _hidden(run, fussy, hit("/web"), layers=(Layer(select=("x/a",)),))
    assert not _hidden(run, fussy, hit("/web"), layers=(Layer(severity={"x": "warning"}),))


@pytest.mark.parametrize(
    ("ignore", "hides"),
    [
        (Ignore("x/a", "r", "l"), True),
        (Ignore("x", "r", "l"), True),
        (Ignore("x/b", "r", "l"), False),
        (Ignore("x/a", "r", "l", app="port*"), True),
        (Ignore("x/a", "r", "l", app="Other"), False),
        (Ignore("x/a", "r", "l", subject="/web"), True),
        (Ignore("x/a", "r", "l", subject="/w?b"), True),
        (Ignore("x/a", "r", "l", subject="/api"), False),
        (Ignore("x/a", "r", "l", expires=TODAY), True),
        (Ignore("x/a", "r", "l", expires="2026-11-24"), False),
    ],
)
def test_an_ignore_hides_and_is_counted(run, ignore, hides):
    outcome = run({rule("x/a"): yields(hit("/web"))}, Selection(ignores=(ignore,)))
    assert (len(outcome.findings), outcome.ignored) == ((0, 1) if hides else (1, 0))


def test_a_subject_with_the_signs_of_globs_may_be_written_as_it_is(run):
    subject = "job GET /users/[id]?$select=*"
    ignore = Ignore("x/a", "r", "l", subject=subject)
    assert run({rule("x/a"): yields(hit("/web", subject))}, Selection(ignores=(ignore,))).ignored == 1


def test_expired_and_unused_ignores(run):
    expired = Ignore("x/a", "r", "1", expires="2026-01-01")
    unused = Ignore("x/a", "r", "2", app="Nobody")
    used = Ignore("x/a", "r", "3")
    not_run = Ignore("x/flows", "r", "4")
    not_shown = Ignore("y/a", "r", "5")
    rules = {
        rule("x/a"): yields(hit("/web")),
        rule("x/flows", needs=("flows",)): yields(),
        rule("y/a"): yields(),
    }
    selection = Selection((Layer(ignore=("y",)),), (expired, unused, used, not_run, not_shown))
    whole, some = run(rules, selection, whole=True), run(rules, selection)
    assert (whole.expired_ignores, whole.unused_ignores) == ((expired,), (unused,))
    # pre-commit sees few files: what they do not need says nothing.
    assert (some.expired_ignores, some.unused_ignores) == ((expired,), ())


# --- stability -----------------------------------------------------------------------------------

NAMES = ("User.Read.All", "Mail.Read", "Directory.ReadWrite.All", "Group.Read.All", "no such permission")
IDS = {
    "User.Read.All": ("a154be20-db9c-4678-8ab7-66f6cc099a59", "Scope"),
    "Mail.Read": ("570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "Scope"),
    "Directory.ReadWrite.All": ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Role"),
    "Group.Read.All": ("5b567255-7703-4780-807c-7be8301ae99b", "Role"),
    "no such permission": ("11111111-2222-4333-8444-555555555555", "Role"),
}
URLS = (
    "GET /users",
    "GET /me/messages",
    "POST /groups",
    "DELETE /users/{id}",
    "GET /no/such/thing",
    "PATCH /users/{id}",
)

RESOURCES = (GRAPH, "00000002-0000-0ff1-ce00-000000000000", "not-an-api")


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[str], list[str], list[list[str]], list[int]]:
    """Permissions, resources' order, calls by flow, and the flows' order, each in some order."""
    resources = draw(st.permutations(RESOURCES))
    calls = [list(draw(st.permutations(URLS[:half]))) for half in (3, 6)]
    return list(draw(st.permutations(NAMES))), list(resources), calls, list(draw(st.permutations([0, 1])))


@functools.cache
def catalog() -> Catalog:
    return Catalog.open()


def findings_of(
    folder: Path, names: list[str], resources: list[str], urls: list[list[str]], order: list[int]
):
    access = [{"id": IDS[name][0], "type": IDS[name][1]} for name in names]
    manifest = {
        "appId": "app",
        "displayName": "Portal",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "web": {"redirectUris": ["http://contoso.com/a", "https://*.contoso.com"]},
        "requiredResourceAccess": [
            {
                "resourceAppId": resource,
                "resourceAccess": access if resource == GRAPH else [{"id": "x", "type": "Role"}],
            }
            for resource in resources
        ],
    }
    flows = [
        {"name": "job", "type": "client_credentials", "calls": urls[0]},
        {
            "name": "portal",
            "type": "authorization_code",
            "scopes": ["User.Read", "Mail.Read"],
            "calls": urls[1],
        },
    ]
    (folder / "app.json").write_text(json.dumps(manifest, indent=len(names[0]) % 3 or None))
    (folder / "app.calls.json").write_text(
        json.dumps({"version": 1, "flows": [flows[number] for number in order]})
    )
    gathered = cases.gather(Request((str(folder),)))
    assert gathered.problems == ()
    return engine.run(
        gathered.cases, ruleset.load(), Selection(persona="auditor"), Catalog.open, Entra(), TODAY
    )


@pytest.fixture(scope="module")
def in_order(tmp_path_factory) -> tuple[Path, Outcome]:
    """A folder, and what is found in it with everything in one order."""
    folder = tmp_path_factory.mktemp("order")
    return folder, findings_of(folder, sorted(NAMES), sorted(RESOURCES), [list(URLS[:3]), list(URLS)], [0, 1])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(shuffled())
def test_order_in_files_changes_neither_findings_nor_fingerprints(in_order, drawn):
    folder, first = in_order
    again = findings_of(folder, *drawn)
    assert {key(finding) for finding in again.findings} == {key(finding) for finding in first.findings}
    assert again.apps == first.apps


def key(finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.subject, finding.message, finding.fingerprint
