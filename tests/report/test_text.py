"""The report for people, word for word."""

import pytest

from linter.engine import AppReport, NotEvaluated
from linter.errors import Problem
from linter.finding import Related
from linter.positions import At, Source
from linter.report import Fixed, safe, text
from linter.syntax import json_text
from tests.report import sample


def test_everything():
    assert (
        text.render(sample.FULL)
        == """\
bad.json:3:4: cannot check: a comma, is: expected %
gone.json: cannot check: no such file

warning[x/b]: a fault: 100%, or\\nmore
 --> apps/plan.calls.yaml:3:35
  |
3 |   - {name: 🏢, type: none, calls: [GET /me]}
  |                                   ^^^^^^^
 ::: apps/büro app.json:3:10
  |
3 | /   "web": {
4 | |     "redirectUris": [
5 | |       "http://a",
6 | |       "x🏢y"
7 | |     ]
8 | |   },
  | |___- declares
 ::: apps/plan.calls.yaml:3:12
  |
3 |   - {name: 🏢, type: none, calls: [GET /me]}
  |            - here
  |
  = predicts: HTTP 403 Denied, AADSTS65001
  = fix: fix it
  = confidence: medium

error[x/a]: a fault: 100%, or\\nmore
 --> apps/büro app.json:6:7
  |
6 |       "x🏢y"
  |       ^^^^^
  |
  = fix: fix it

note[x/a]: a fault: 100%, or\\nmore
 --> apps/büro app.json:3:10
  |
3 | /   "web": {
4 | |     "redirectUris": [
5 | |       "http://a",
6 | |       "x🏢y"
7 | |     ]
8 | |   },
  | |___^
  |
  = fix: fix it

Büro 🏢: 1 call in 1 flow, 5 rules evaluated
  assumed: all grants are of one client
  refused: domains (403: Forbidden)
  1 rule lacks a grants file (--grants): x/a
    entralint explain --grants <appId>
  1 rule lacks application.api: x/b
    az ad app show --id <appId> > app.json
  1 rule lacks flow.scopes: x/b
    write it in the calls file
entralint.toml: ignores[1]: the ignore of x/a expired on 2026-01-01
entralint.toml: ignores[2]: the ignore of x/b hid nothing
1 error, 1 warning, 1 note, 2 ignored, 1 more with --persona auditor, \
2 input problems, 3 files of no known form skipped in 1 app
"""
    )


def test_nothing():
    assert text.render(sample.EMPTY) == "0 errors, 0 warnings, 0 notes in 0 apps\n"


def test_long_spans_show_their_ends_and_long_lines_what_matters():
    body = "[" + ",\n".join(f'"{number}"' for number in range(20)) + "]"
    source = Source("a.json", f'{{"list": {body},\n"long": "{"x" * 300}", "mark": 1}}', json_text.spans)
    findings = (sample.finding(At(source, "/list")), sample.finding(At(source, "/mark")))
    assert (
        text.render(sample.report(*findings))
        == f"""\
error[x/a]: a fault: 100%, or\\nmore
  --> a.json:1:10
   |
 1 | / {{"list": ["0",
 2 | | "1",
 ... |
20 | | "19"],
   | |_^
   |
   = fix: fix it

error[x/a]: a fault: 100%, or\\nmore
  --> a.json:21:321
   |
21 | …{"x" * 106}", "mark": 1}}
   | {" " * 118}^
   |
   = fix: fix it

2 errors, 0 warnings, 0 notes in 0 apps
"""
    )


def test_rules_are_grouped_by_what_is_missing():
    missing = [
        NotEvaluated(f"{family}/{n}", ("flows", "grants"), given=False) for family in "ab" for n in range(3)
    ]
    one = NotEvaluated("c/1", ("tenant.cloud",), given=False)
    two = [NotEvaluated(f"d/{n}", ("flow.scopes",), given=True) for n in range(2)]
    app = AppReport("App", None, (), None, 0, 0, 0, (*missing, one, *two), ())
    assert (
        text.render(sample.report(apps=(app,)))
        == """\
App: 0 rules evaluated
  6 rules lack a calls file: 3 a, 3 b
    write app.calls.yaml beside it; `entralint schema calls` has every key
  6 rules lack a grants file (--grants): 3 a, 3 b
    entralint explain --grants <appId>
  1 rule lacks the tenant's facts (--tenant): c/1
    entralint explain --tenant
  2 rules lack flow.scopes: d/0, d/1
    write it in the calls file
0 errors, 0 warnings, 0 notes in 1 app
"""
    )


def test_nothing_that_a_file_says_begins_a_line_as_a_command():
    app = AppReport("::error::name", None, (), None, 0, 0, 0, (), ())
    source = Source("::error::a.json", "{}", json_text.spans)
    findings = sample.finding(At(source, ""), related=(Related(At(sample.APP, "/web"), "::error::label"),))
    rendered = text.render(
        sample.report(findings, problems=(Problem(" ::error::b.json", 0, 0, "x"),), apps=(app,))
    )
    assert [line for line in rendered.splitlines() if line.lstrip().startswith("::")] == [
        " ::: apps/büro app.json:3:10"
    ]
    assert " \\u003a:error::b.json: cannot check: x\n" in rendered
    assert "\\u003a:error::name: 0 rules evaluated\n" in rendered


def test_a_secret_that_began_in_a_line_above():
    body = '{"notes": "x",\n"secretText":\n  "hunter2",\n"tags": []}'
    source = Source("a.json", body, json_text.spans)
    rendered = text.render(sample.report(sample.finding(At(source, "/secretText"))))
    assert "hunter2" not in rendered
    assert "3 |   ***,\n" in rendered


@pytest.mark.parametrize(
    ("above", "line", "shown"),
    [
        ('"secretText":', '  "a:b c",', "  ***,"),
        ("client_secret: |", "  hunter2 hunter3", "  ***"),
        ("client_secret:", "calls: [GET /me]", "calls: [GET /me]"),
        ('"secretText":', "  null,", "  null,"),
        ("note: |\n  -----BEGIN RSA PRIVATE KEY-----", "  MIIEvQ", "  ***"),
        ("-----BEGIN PRIVATE KEY-----", "MIIEvQ -----END PRIVATE KEY-----", "***-----END PRIVATE KEY-----"),
        ('"a": "-----BEGIN PRIVATE KEY-----",', '"b": 1', '"b": 1'),
        ("-----BEGIN CERTIFICATE-----", "MIIEvQ", "MIIEvQ"),
    ],
)  # fmt: skip
def test_what_the_lines_above_make_of_a_line(above: str, line: str, shown: str):
    whole = f"{above}\n{line}\n"
    begin = len(above) + 1
    assert safe.line_at(whole, begin, begin)[0] == shown


def test_a_line_of_megabytes():
    whole = "x" * 10_000_000 + ' "mark": 1, ' + "y" * 10_000_000
    offset = 10_000_001
    shown, start, end = safe.line_at(whole, offset, offset + 6)
    assert shown[start:end] == '"mark"'
    assert (len(shown), shown[0], shown[-1]) == (safe.WIDTH, "…", "…")


def test_what_can_be_fixed_and_what_was():
    safe_one = sample.FIXABLE._replace(safe=True)
    report = sample.report(sample.FIXABLE, safe_one, sample.URI)._replace(
        fixed=(Fixed("apps/a.json", 1),), unfixed=(Problem("b.json", 3, 4, "x/a: it is one"),)
    )
    lines = text.render(report).splitlines()
    assert lines[0] == "b.json:3:4: cannot fix: x/a: it is one"
    assert [line.strip() for line in lines if " = fix: " in line] == [
        "= fix: fix it (--fix=all)",
        "= fix: fix it (--fix)",
        "= fix: fix it",
    ]
    assert lines[-3:] == [
        "fixed 1 finding in apps/a.json",
        "3 errors, 0 warnings, 0 notes, 1 not fixed in 0 apps",
        "can be fixed: 1 with --fix, 2 with --fix=all",
    ]
