"""Public manifests, where the corpus lies beside the checkout."""

import json
from pathlib import Path

import pytest

from linter import readers
from linter.errors import Unreadable
from linter.syntax.decode import decode
from tests.readers.plain import is_place

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "manifests"
READ = ("a2_graph_docs_json", "c_teams_aad_manifest")
INDEX = (
    [json.loads(line) for line in (CORPUS / "INDEX.jsonl").read_text().splitlines()]
    if CORPUS.is_dir()
    else []
)
ENTRIES = [entry for entry in INDEX if (CORPUS / entry["file"]).is_file()]

pytestmark = pytest.mark.skipif(not ENTRIES, reason="the corpus is not here")


def read(entry):
    return readers.read(entry["file"], decode((CORPUS / entry["file"]).read_bytes(), entry["file"]))


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e["form"] in READ], ids=lambda entry: entry["file"])
def test_permissions(entry):
    applications = read(entry)
    if "serviceprincipal" in entry["file"]:
        assert applications is None
        return
    accesses = [
        access
        for application in applications
        for resource in application.required_resource_access or ()
        for access in resource.resource_access or ()
    ]
    assert len(accesses) == entry["n_required_permissions"]


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e["form"] not in READ], ids=lambda entry: entry["file"]
)
def test_other_forms_are_left_alone(entry):
    text = decode((CORPUS / entry["file"]).read_bytes(), entry["file"])
    try:
        applications = readers.read(entry["file"], text)
    except Unreadable as error:
        applications, refused = None, error.problem
        assert is_place(refused, text)
    assert applications is None
