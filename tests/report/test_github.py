"""Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""

from linter.errors import Problem
from linter.positions import At, Source
from linter.report import github
from linter.syntax import json_text
from tests.report import sample

TEXT = "a fault: 100%25, or\\nmore"


def test_every_annotation():
    assert (
        github.render(sample.FULL)
        == f"""\
::error file=bad.json,title=entralint%3A cannot check,line=3,col=4::a comma, is: expected %25
::error file=gone.json,title=entralint%3A cannot check::no such file
::warning file=apps/plan.calls.yaml,line=3,endLine=3,col=35,endColumn=42,title=x/b::{TEXT}\
%0Apredicts: HTTP 403 Denied, AADSTS65001%0Afix: fix it
::error file=apps/büro app.json,line=6,endLine=6,col=7,endColumn=12,title=x/a::{TEXT}%0Afix: fix it
::notice file=apps/büro app.json,line=3,endLine=8,title=x/a::{TEXT}%0Afix: fix it
::notice title=entralint%3A note::entralint.toml: ignores[1]: the ignore of x/a expired on 2026-01-01
::notice title=entralint%3A note::entralint.toml: ignores[2]: the ignore of x/b hid nothing
"""
    )


def test_nothing():
    assert github.render(sample.EMPTY) == ""


def test_a_hostile_path_and_message():
    path = "a,b:c%d\r\n::error::x.json"
    source = Source(path, sample.MANIFEST, json_text.spans)
    findings = sample.report(
        sample.finding(At(source, "/web"), message="%0A\r\n::error::x"),
        problems=(Problem(path, 0, 0, "\n::x"),),
    )
    escaped = "a%2Cb%3Ac%25d\\r\\n%3A%3Aerror%3A%3Ax.json"
    assert github.render(findings).splitlines() == [
        f"::error file={escaped},title=entralint%3A cannot check::\\n::x",
        f"::error file={escaped},line=3,endLine=8,title=x/a::%250A\\r\\n::error::x%0Afix: fix it",
    ]
