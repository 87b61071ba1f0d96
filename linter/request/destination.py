"""Where a call goes, and on whom it acts: what its URL and its target say, without the catalogue."""

from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.records import Resource
from linter.model import SELF, Call, Flow
from linter.placeholder import has_placeholder


def apis_called(call: Call, entra: Entra) -> tuple[Resource, ...] | None:
    """The APIs that answer at the call's host: () if nobody knows it, None if a placeholder hides it.

    A bare path is Microsoft Graph's, unless it begins with a placeholder, which may be any address,
    or with the name of a host that is known.
    """
    host = parse_url(call.url).host
    head = host or call.url.strip().partition("/")[0]
    known = entra.resources_of_host(head)
    if known:
        return known
    if has_placeholder(head):
        return None
    graph = entra.resource(GRAPH)
    bare = not host and "://" not in call.url.partition("?")[0]
    return (graph,) if bare and graph is not None else ()


def is_foreign(call: Call, entra: Entra) -> bool:
    """Whether the call goes, or may go, to another API than Microsoft Graph."""
    apis = apis_called(call, entra)
    return apis is None or all(api.app_id != GRAPH for api in apis)


def carries_own_right(call: Call) -> bool:
    """Whether the address is one that Microsoft Graph hands out, to be called without a token.

    The addresses of downloads and of upload sessions, of files and of attachments, hold their own
    right (driveitem-get-content, driveitem-createuploadsession, attachment-createuploadsession).
    """
    address = parse_url(call.url)
    last = address.path.lower().rpartition("/")[2]
    return bool(address.host) and (
        last in ("download.aspx", "uploadsession")
        or last.startswith("attachmentsessions(")
        or any(name in address.query.lower() for name in ("tempauth=", "authtoken="))
    )


def acts_on_self(flow: Flow, call: Call) -> bool | None:
    """Whether the call acts on the flow's signed-in user; None where nobody says on whom.

    A target that is the user is read as the id `self`; any other target is somebody else, unless
    both are named alike.
    """
    user = flow.user.id.lower() if flow.user and flow.user.id else None
    if call.target is not None:
        target = (call.target.id or "").lower()
        return target == SELF or (user is not None and target == user)
    steps = parse_url(call.url).path.lower().strip("/").split("/")
    if steps[0] == "me":
        return True
    if user is None or len(steps) < 2 or steps[0] != "users" or has_placeholder(steps[1]):
        return None
    if steps[1] == user:
        return True
    # An object id and a sign-in name may be one person's.
    return False if ("@" in steps[1]) == ("@" in user) else None
