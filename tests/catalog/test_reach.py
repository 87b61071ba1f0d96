"""What permissions open, held against a walk through every operation."""

import pytest

from linter.catalog.reach import Reach
from linter.catalog.records import SCHEMES, Operation, Scheme
from linter.catalog.store import Catalog


def standing(catalog: Catalog) -> list[Operation]:
    """One operation for each method and template: v1.0's where both versions have it."""
    found: dict[tuple[str, str], Operation] = {}
    for operation in catalog.operations():
        key = operation.method, operation.template
        if key not in found or operation.version == "v1.0":
            found[key] = operation
    return list(found.values())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "held",
    [
        {"User.Read"},
        {"Directory.Read.All", "Mail.Send"},
        {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"},
        {"Sites.FullControl.All", "Application.ReadWrite.All", "Group.ReadWrite.All"},
        {"No.Such.Permission"},
    ],
    ids=lambda held: " ".join(sorted(held)),
)
def test_a_set_opens_what_accepts_it(catalog: Catalog, scheme: Scheme, held: set[str]) -> None:
    reach = Reach(catalog, [scheme])
    expected = {
        operation[:3]
        for operation in standing(catalog)
        if any(held.issuperset(alternative) for alternative in operation.support(scheme).accepted)
    }
    assert {operation[:3] for operation in reach.operations(reach.of(held))} == expected


def test_each_operation_has_a_bit_of_its_own(catalog: Catalog) -> None:
    reach = Reach(catalog, SCHEMES)
    operations = standing(catalog)
    bits = {reach.bit(operation): operation for operation in operations}
    assert len(bits) == len(operations)
    for bit, operation in list(bits.items())[::97]:
        assert list(reach.operations(bit)) == [operation]


def test_both_versions_share_a_bit(catalog: Catalog) -> None:
    reach = Reach(catalog, ["Application"])
    one, two = catalog.find("GET", "/v1.0/users"), catalog.find("GET", "/beta/users")
    assert one is not None
    assert two is not None
    assert one.version != two.version
    assert reach.bit(one) == reach.bit(two)


def test_operations_of_another_reader_have_their_bits(catalog: Catalog) -> None:
    reach = Reach(Catalog.open(), SCHEMES)
    for operation in standing(catalog)[::41]:
        assert [found[:3] for found in reach.operations(reach.bit(operation))] == [operation[:3]]
