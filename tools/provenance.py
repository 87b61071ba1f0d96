"""PROVENANCE.md's table of inputs: what the bundled catalogue itself says of each, and what each gives."""

from linter.catalog.inputs import known
from linter.catalog.store import Catalog

#: Licence, and what is taken.
GIVES = {
    "permissions.json": (
        "MIT",
        "what each method and path accepts, by scheme; `least`, `AlsoRequires`; levels; personal accounts",
    ),
    "provisioningInfo.json": ("MIT", "GUIDs, hidden and enabled flags, permissions of other APIs"),
    "permissions-descriptions.json": ("MIT", "GUIDs (the descriptions are not used)"),
    "GraphAppRoles.json": (
        "MIT",
        "which application permissions Microsoft Graph's own service principal publishes: GUID",
    ),
    "GraphDelegateRoles.json": ("MIT", "the same of delegated permissions: GUID, admin consent"),
    "MicrosoftApps.json": ("MIT", "names of Microsoft's own applications by appId"),
    "docs_permissions.jsonl": (
        "facts",
        "the permission tables of Microsoft Graph's reference pages: the second witness (see below)",
    ),
}
BEGIN, END = "<!-- inputs -->\n", "<!-- end -->\n"


def text(before: str) -> str:
    """The document with its table as of today's file."""
    lines = ["| input | source | commit | date | licence | gives |", "|---|---|---|---|---|---|"]
    for source in Catalog.open().info().sources:
        licence, gives = GIVES[known(source.file) or ""]
        lines.append(
            f"| {source.file} | {source.repository} | {source.commit} | {source.date} | {licence} | {gives} |"
        )
    head, _, rest = before.partition(BEGIN)
    return head + BEGIN + "\n".join(lines) + "\n" + END + rest.partition(END)[2]
