"""How to get an input that rules lack: the exact command, or where to write it.

A rule that was not evaluated names the whole inputs or the fields that nobody stated (`grants`,
`application.key_credentials`); what stands here turns that into something to do. Requests come from the
table `directory_requests`.
"""

from __future__ import annotations

from linter.entra import Entra
from linter.entra.records import DirectoryRequest
from linter.entra.scopes import is_guid
from linter.typed import Final

_GRAPH: Final = "https://graph.microsoft.com"

#: What each whole input is called, and how one makes it; `{app}` is an appId.
_INPUTS: Final = {
    "application": "az ad app show --id {app} > app.json",
    "flows": "write app.calls.yaml beside it; `entralint schema calls` has every key",
    "inventory": "write app.calls.yaml beside it; `entralint schema calls` has every key",
    "grants": "entralint explain --grants {app}",
    "tenant": "entralint explain --tenant",
    "catalog": "nobody publishes it",
}
# Where a calls file has a field, by the first part of its name.
_IN_CALLS_FILE: Final = {
    "flow": "a flow",
    "flows": "a flow",
    "call": "a call",
    "user": "a flow's `user`",
    "inventory": "the file itself",
}


def how_to_get(missing: str, app_id: str | None, entra: Entra) -> str:
    """One thing to do about an input (`grants`) or a field (`tenant.domains`) that is not stated."""
    # The answer is pasted into a shell: nothing but an appId goes into it.
    app = app_id if app_id is not None and is_guid(app_id) else "<appId>"
    given, dot, field = missing.partition(".")
    # A part of a record comes with the record.
    request = entra.directory_request(f"{given}.{field.partition('.')[0]}") if dot else None
    if request is not None:
        return command(request, app)
    if is_written(missing):
        return f"write `{field}` in the calls file, in {_IN_CALLS_FILE[given]}"
    return _INPUTS.get(given, _INPUTS["catalog"]).format(app=app)


def is_written(missing: str) -> bool:
    """Whether a missing field is one that somebody writes in a calls file, and no command gets."""
    given, dot, _ = missing.partition(".")
    return bool(dot) and given in _IN_CALLS_FILE


def command(request: DirectoryRequest, app: str = "<appId>") -> str:
    """The shell command that saves a collection below the folder `tenant`."""
    target = f"tenant/{_filled(_file_of(request), app)}.json"
    asked = _filled(request.request, app)
    if request.tool == "exchange":
        return f"{asked} | ConvertTo-Json -AsArray > {target}"
    if request.tool == "curl":
        return f"curl -s {asked} > {target}"
    if request.tool == "graph":
        # The Azure CLI's own app may not ask the policy endpoints: Azure/azure-cli issues 23906, 33062.
        return (
            f"Connect-MgGraph -Scopes {request.permission}; "
            f"Invoke-MgGraphRequest -Uri '{_quoted(asked)}' -OutputFilePath {target}"
        )
    return f'az rest --url "{_GRAPH}/{asked}" > {target}'.replace("$", "\\$")


def _file_of(request: DirectoryRequest) -> str:
    """A file for each request: several about one app are answered by parts of one collection.

    The Azure CLI's answers say what they are, whatever their file is called.
    """
    given, _, field = request.field.partition(".")
    if given == "tenant" or request.tool != "az":
        return request.collection
    first, *others = field.split("_")
    name = first + "".join(map(str.capitalize, others))
    return request.collection if name == request.collection else f"{request.collection}-{name}"


def _filled(template: str, app: str) -> str:
    for name in ("objectId", "tenant", "siteId", "teamId", "groupId", "mailbox"):
        template = template.replace("{" + name + "}", f"<{name}>")
    return template.replace("{appId}", app)


def _quoted(text: str) -> str:
    """A text between PowerShell's single quotes."""
    return text.replace("'", "''")
