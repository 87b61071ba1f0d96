"""`entralint explain`: a rule, a permission, a call, an error or an API of Microsoft's, in full."""

from __future__ import annotations

from linter import explain
from linter.cli import choice, pages, parser
from linter.cli.output import write
from linter.entra.scopes import is_guid
from linter.errors import Unreadable


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.explain().parse_args(arguments)
    if options.grants is not None:
        if options.thing or options.format == "json":
            other = f"`{' '.join(options.thing)}`" if options.thing else "--format json"
            raise Unreadable("explain", f"--grants prints commands alone, and does not go with {other}")
        # The answer is pasted into a shell: nothing but an appId goes into it.
        if options.grants != parser.ANY_APP and not is_guid(options.grants):
            raise Unreadable("explain", f"--grants takes an appId, and `{options.grants}` is none")
        write(grants_commands(options.grants))
        return 0
    thing = " ".join(options.thing).strip()
    found = explain.pages(thing, lambda: choice.catalog(options.catalog))
    if options.format == "json":
        import json

        text = json.dumps(pages.document(thing, found), indent=2, default=str)
        # What was asked is echoed, so what CI logs take for a command is escaped as JSON does it.
        write(text.replace("##", "#\\u0023") + "\n")
    else:
        write("\n".join(pages.text(found)) + "\n")
    return 0


def grants_commands(app_id: str) -> str:
    """The shell commands that save what the directory holds for one app as a grants file."""
    return (
        f"A={app_id}; G=https://graph.microsoft.com/v1.0; S=\"$G/servicePrincipals(appId='$A')\"\n"
        "{ az rest --url \"$G/servicePrincipals?\\$filter=appId eq '$A'\"\n"
        '  az rest --url "$S/appRoleAssignments"; az rest --url "$S/oauth2PermissionGrants"\n'
        "  az rest --url \"$G/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
        '?\\$select=id,appId,displayName,appRoles,oauth2PermissionScopes"; } > app.grants.json\n'
    )
