"""No question raises, whatever is asked, and none is paid for before."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from linter.entra.facts import Entra

ENTRA = Entra()
ROOT = Path(__file__).parents[2]

ODD = st.one_of(st.text(), st.text(alphabet="{}*:/@.?#[]%'()$ -_aA0", max_size=30))


@given(ODD, ODD)
def test_no_question_raises(one, two):
    for ask in (
        ENTRA.resource,
        ENTRA.resource_of_audience,
        ENTRA.resource_of_scope,
        ENTRA.resources_of_host,
        ENTRA.trailing_slash_audience,
        ENTRA.cae_resource,
        ENTRA.cloud,
        ENTRA.clouds_of_authority,
        ENTRA.clouds_of_graph_host,
        ENTRA.other_authority,
        ENTRA.assertion_issuer,
        ENTRA.sign_in_audience,
        ENTRA.selected_scope,
        ENTRA.selected_scopes_for,
        ENTRA.directory_role,
        ENTRA.sensitive_property,
        ENTRA.licence,
        ENTRA.library,
        ENTRA.library_kind,
        ENTRA.graph_error,
    ):
        ask(one)
    for ask in (
        ENTRA.flow,
        ENTRA.absent_permission,
        ENTRA.roles_for,
        ENTRA.password_operations_of,
        ENTRA.licence_for,
        ENTRA.retired,
    ):
        ask(one, two)
    ENTRA.reset_callers([one, two])
    ENTRA.sensitive_callers([one], role_assignable_group=True)
    ENTRA.licences_of([one, two])


@given(st.integers())
def test_no_number_raises(number):
    ENTRA.aadsts(number)


def test_importing_reads_nothing():
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import linter.entra.facts
linter.entra.facts.Entra()
print([name for name in ("json", "pathlib", "inspect", "dataclasses") if name in sys.modules])
"""
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
