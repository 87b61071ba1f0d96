"""`entralint explain`: a rule, a permission, a call, an error or an API of Microsoft's, in full."""

from __future__ import annotations

from linter import explain
from linter.cli import choice, pages, parser
from linter.cli.output import write
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.errors import Unreadable
from linter.obtaining import command


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.explain().parse_args(arguments)
    if options.grants is not None or options.tenant:
        option = "--tenant" if options.grants is None else "--grants"
        others = [f"`{' '.join(options.thing)}`"] if options.thing else []
        others += ["--format json"] if options.format == "json" else []
        others += ["--tenant"] if options.tenant and options.grants is not None else []
        if others:
            raise Unreadable("explain", f"{option} prints commands alone, and does not go with {others[0]}")
        if options.tenant:
            write(tenant_commands())
            return 0
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


def tenant_commands() -> str:
    """The shell commands that save the tenant's facts, each with the permission it needs."""
    lines = ["mkdir -p tenant/exchange tenant/groups"]
    tools = {
        "az": "With the Azure CLI",
        "curl": "Without signing in",
        "graph": "In PowerShell with Microsoft.Graph.Authentication (the Azure CLI is refused here)",
        "exchange": "In PowerShell with ExchangeOnlineManagement",
    }
    rows = [row for row in Entra().directory_requests if row.field.startswith("tenant.")]
    for tool, about in tools.items():
        lines += ["", f"# {about}"]
        for row in rows:
            if row.tool == tool:
                needs = f"  # {row.permission}" if row.permission and tool == "az" else ""
                lines.append(command(row) + needs)
    return "\n".join(lines) + "\n"


def grants_commands(app_id: str) -> str:
    """The shell commands that save what the directory holds for one app as a grants file."""
    return (
        f"A={app_id}; G=https://graph.microsoft.com/v1.0; S=\"$G/servicePrincipals(appId='$A')\"\n"
        "{ az rest --url \"$G/servicePrincipals?\\$filter=appId eq '$A'\"\n"
        '  az rest --url "$S/appRoleAssignments"; az rest --url "$S/oauth2PermissionGrants"\n'
        "  az rest --url \"$G/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
        '?\\$select=id,appId,displayName,appRoles,oauth2PermissionScopes"; } > app.grants.json\n'
    )
