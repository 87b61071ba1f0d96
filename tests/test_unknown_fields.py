"""What a rule says it lacks is a field of the model, and one that the directory holds can be got from it."""

import re
from pathlib import Path

import pytest

import linter
from linter import model, ruleset
from linter import tenant as tenant_records
from linter.entra import Entra
from linter.obtaining import is_written

_RECORDS = {
    "application": model.Application,
    "flow": model.Flow,
    "call": model.Call,
    "user": model.Person,
    "inventory": model.Inventory,
    "grants": model.Grants,
    "tenant": tenant_records.Tenant,
}
#: What nobody publishes.
_CATALOG = {"operations", "permissions", "resources", "issuers"}

#: The fields of the records that lie in others, like a credential's.
_INNER = {
    field
    for module in (model, tenant_records)
    for record in vars(module).values()
    if isinstance(record, type) and issubclass(record, tuple)
    for field in getattr(record, "_fields", ())
}


def _of_pages() -> set[str]:
    return {
        field
        for rule_id in ruleset.identifiers()
        for example in ruleset.page(rule_id)["examples"]
        for field in example.get("unknown", ())
    }


def _of_code() -> set[str]:
    """The names that the code gives in full."""
    written = re.compile(rf'"((?:{"|".join(_RECORDS)}|catalog)\.[a-z_.]*[a-z_])"')
    texts = (path.read_text(encoding="utf-8") for path in Path(linter.__file__).parent.rglob("*.py"))
    found = {field for text in texts for field in written.findall(text)}
    return found - {"application.json", "catalog.bin", "user.read"}  # names of files, and a permission


FIELDS = sorted(_of_pages() | _of_code())


@pytest.mark.parametrize("field", FIELDS)
def test_it_is_a_field_of_the_model(field: str):
    given, first, *inner = field.split(".")
    assert first in (_CATALOG if given == "catalog" else _RECORDS[given]._fields)
    assert set(inner) <= _INNER


@pytest.mark.parametrize("field", FIELDS)
def test_it_can_be_got(field: str):
    given, first, *_ = field.split(".")
    if given in ("grants", "tenant"):
        assert Entra().directory_request(f"{given}.{first}") is not None
    else:
        assert is_written(field) == (given in ("flow", "call", "user", "inventory"))
