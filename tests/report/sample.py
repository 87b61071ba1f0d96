"""One report with everything that a format may have to show; made here, so that no rule's page matters."""

import json
from typing import Any

from linter.engine import AppReport, Ignore, NotEvaluated, Outcome
from linter.errors import Problem
from linter.finding import Edit, Finding, Predicts, Related
from linter.positions import At, Source
from linter.report import Asked, Report
from linter.ruleset import Rule
from linter.syntax import json_text, yaml_text

MANIFEST = json.dumps(
    {"displayName": "Büro 🏢", "web": {"redirectUris": ["http://a", "x🏢y"]}, "tags": ["t"]},
    indent=2,
    ensure_ascii=False,
)
CALLS = "version: 1\nflows:\n  - {name: 🏢, type: none, calls: [GET /me]}\n"
APP = Source("apps/büro app.json", MANIFEST, json_text.spans)
PLAN = Source("apps/plan.calls.yaml", CALLS, yaml_text.spans)

RULES = {
    name: Rule(name, f"title of {name}", "error", "high", "regular", "fix\nit", None, (), (), ())
    for name in ("x/a", "x/b")
}


def finding(at: At, **more: Any) -> Finding:
    made = Finding(
        "x/a",
        "error",
        "high",
        "a fault: 100%, or\nmore",
        "the subject",
        "Büro 🏢",
        at,
        (),
        None,
        "fix\nit",
        "x/a:app:the subject",
    )
    return made._replace(**more)


def report(*findings: Finding, problems: tuple[Problem, ...] = (), **more: Any) -> Report:
    outcome = Outcome(tuple(findings), (), 0, 0, (), ())._replace(**more)
    return Report(outcome, problems, RULES, 0, Asked("2026-08-22", "f" * 64, ""), "2026-11-25")


CALL = finding(
    At(PLAN, "/flows/0/calls/0"),
    related=(Related(At(APP, "/web"), "declares"), Related(At(PLAN, "/flows/0/name"), "here")),
    predicts=Predicts(403, "Denied", (65001,)),
    severity="warning",
    confidence="medium",
    rule="x/b",
    fingerprint="x/b:app:the subject",
)
URI = finding(At(APP, "/web/redirectUris/1"))
FIXABLE = finding(
    At(APP, "/web/redirectUris/0"),
    edits=(Edit("replace", At(APP, "/web/redirectUris/0"), "https://a"), Edit("remove", At(APP, "/tags"))),
    safe=False,
)
BLOCK = finding(At(APP, "/web"), severity="note")

APP_REPORT = AppReport(
    "Büro 🏢", "app", ("apps/büro app.json", "apps/plan.calls.yaml"), "full", 1, 1, 5,
    (
        NotEvaluated("x/a", ("grants",), given=False),
        NotEvaluated("x/b", ("application.api", "flow.scopes"), given=True),
    ),
    ("all grants are of one client",),
    (("domains", "403: Forbidden"),),
)  # fmt: skip
PROBLEMS = (Problem("bad.json", 3, 4, "a comma, is: expected %"), Problem("gone.json", 0, 0, "no such file"))
EXPIRED = Ignore("x/a", "because", "entralint.toml: ignores[1]", expires="2026-01-01")
UNUSED = Ignore("x/b", "because", "entralint.toml: ignores[2]")

IGNORES = {"expired_ignores": (EXPIRED,), "unused_ignores": (UNUSED,)}
FULL = report(
    CALL, URI, BLOCK, problems=PROBLEMS, apps=(APP_REPORT,), ignored=2, fussy=1, **IGNORES
)._replace(skipped=3)
EMPTY = report()
