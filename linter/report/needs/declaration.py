"""The least sets ready for use: as a manifest's member, as the Azure CLI's argument file, or as names."""

from __future__ import annotations

from collections.abc import Sequence

from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.report.needs import Least, permission_of
from linter.typed import Final

#: `manifest` is an object with the member `requiredResourceAccess`; `az` is its value, as
#: `az ad app update --required-resource-accesses @FILE` takes it; `names` is one name a line.
FORMS: Final = ("manifest", "az", "names")


def render(sets: Sequence[Least], form: str, catalog: Catalog) -> str:
    """The permissions of all `sets` in one of `FORMS`; the names of several sets stand under comments."""
    if form == "names":
        lines: list[str] = []
        for one in sets:
            lines += [f"# {one.access}"] if len(sets) > 1 else []
            lines += one.minimum.permissions
        return "".join(f"{line}\n" for line in lines)
    import json  # noqa: PLC0415  names need none

    entries = [
        {"id": permission.id, "type": permission.type}
        for one in sets
        for name in one.minimum.permissions
        if (permission := permission_of(name, one.type, catalog)) is not None
    ]
    access = [{"resourceAppId": GRAPH, "resourceAccess": entries}] if entries else []
    return json.dumps({"requiredResourceAccess": access} if form == "manifest" else access, indent=2) + "\n"
