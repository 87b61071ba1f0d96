"""What the witnesses say of an operation, as the file keeps it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from linter.catalog.compile import compile_catalog
from linter.catalog.records import SCHEMES, Evidence, Operation, Removed, Scheme
from linter.catalog.store import Catalog
from tests.catalog import small


def said(catalog: Catalog, method: str, url: str, scheme: Scheme) -> Evidence:
    operation = catalog.find(method, url)
    assert operation is not None
    return catalog.evidence(operation, scheme)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("small") / "catalog.bin"
    path.write_bytes(compile_catalog(small.inputs(small.UPSTREAM))[0])
    return Catalog.open(str(path))


def test_both_witnesses(opened: Catalog):
    assert said(opened, "GET", "/users", "Application") == Evidence(
        listed=(("User.Read.All",), ("User.ReadWrite.All",)),
        tagged=(("User.Read.All",),),
        documented=(("User.Raed.All",), ("User.Read.All",), ("User.ReadWrite.All",)),
        removed=(Removed("no such permission under this scheme", ("User.Raed.All",)),),
    )


def test_one_witness_and_a_pair(opened: Catalog):
    assert said(opened, "DELETE", "/users/1", "DelegatedWork") == Evidence(
        listed=(("User.Read.All",), ("User.ReadWrite.All", "User.Read.All")),
        tagged=(("User.ReadWrite.All", "User.Read.All"),),
        documented=None,
        removed=(Removed("read permission on a write", ("User.Read.All",)),),
    )


def test_a_table_that_is_empty_is_not_one_that_is_missing(opened: Catalog):
    # The page has no row for application permissions, and permissions.json does not know beta apart.
    assert said(opened, "GET", "/me/messages", "Application") == Evidence((), (), (), ())
    assert said(opened, "GET", "/beta/users/1", "Application").documented == ()
    assert said(opened, "DELETE", "/users/1", "Application").documented is None


def test_the_pages_have_no_column_for_personal_accounts(opened: Catalog):
    assert said(opened, "GET", "/me", "DelegatedPersonal") == Evidence(
        (("User.Read",),), (("User.Read",),), None, ()
    )


def test_a_witness_may_know_it_under_another_address(opened: Catalog):
    # /users/{id}/messages is documented on the page of /me/messages.
    found = said(opened, "GET", "/users/1/messages", "Application")
    assert (found.listed, found.listed_as) == ((("Mail.Read",),), "")
    assert (found.documented, found.documented_as) == ((), "/me/messages")
    assert found.removed == (Removed("undocumented scheme", ("Mail.Read",)),)


# --- the committed file ---------------------------------------------------------------------------


def sets(alternatives: Iterable[tuple[str, ...]]) -> set[frozenset[str]]:
    return set(map(frozenset, alternatives))


#: Reviewed by hand against the pages: the guard adds it (`_ALONE` in guard.py).
ADDED = {("POST", "/groups/{id}/members/$ref", frozenset({"GroupMember.ReadWrite.All"}))}


def test_everything_that_was_said_is_accepted_or_removed(catalog: Catalog):
    added = set()
    for operation in catalog.operations():
        for scheme in SCHEMES:
            evidence = catalog.evidence(operation, scheme)
            witnessed = sets(evidence.listed or ()) | sets(evidence.documented or ())
            answered = sets(operation.support(scheme).accepted) | sets(
                one.alternative for one in evidence.removed
            )
            assert witnessed <= answered, (operation[:3], scheme)
            added |= {(operation.method, operation.template, found) for found in answered - witnessed}
            assert set(evidence.tagged) <= set(evidence.listed or ())
    assert added == ADDED


def test_no_witness_no_support(catalog: Catalog):
    for operation in catalog.operations():
        for scheme in SCHEMES:
            evidence = catalog.evidence(operation, scheme)
            support = operation.support(scheme)
            if evidence.listed is None and evidence.documented is None:
                assert not support.supported
            if support.confidence == "high" and support.supported:
                assert evidence.listed
                assert evidence.documented


def test_another_reading_of_an_address_has_the_evidence_of_its_operation(catalog: Catalog):
    found = catalog.find("GET", "/users(userPrincipalName='a@b.c')/messages")
    same = catalog.find("GET", "/users/1/messages")
    assert found is not None
    assert same is not None
    assert catalog.evidence(found, "Application") == catalog.evidence(same, "Application")
    assert catalog.evidence(same, "Application").listed


def test_an_operation_of_another_catalogue(catalog: Catalog):
    found = catalog.find("GET", "/me")
    assert isinstance(found, Operation)
    with pytest.raises(KeyError):
        catalog.evidence(found._replace(template="/no/such/thing"), "Application")


def test_no_lint_reads_it(catalog: Catalog, tmp_path: Path):
    # All that a look-up needs lies in the part that is read at once.
    fresh = Catalog.open()
    assert fresh.find("GET", "/me") is not None
    places = fresh._sections
    ends = {name: fresh._start + offset + length for name, (offset, length, _) in places.items()}
    from linter.catalog.layout import HEAD

    looked_up = (
        "literals",
        "edges",
        "rows",
        "needs",
        "triples",
        "grants",
        "names",
        "facts",
        "order",
        "opens",
    )
    assert all(ends[name] <= HEAD for name in looked_up)
    assert all(ends[name] > HEAD for name in places if name.startswith("evidence"))
