"""Whose Conditional Access policies a request for a token meets.

Policies are about the API that a token is for, and about a confidential client that asks for an ID token.
Microsoft Graph is none of them: what counts is whose data the requested permissions open.
Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.holdings import declared_openly, entries_of
from linter.model import Application, Flow, Text
from linter.placeholder import has_placeholder
from linter.registration import clients
from linter.request.destination import apis_called
from linter.sign_in.audience import is_own, token_audiences
from linter.typed import NamedTuple


class PolicyAudience(NamedTuple):
    """An app whose policies a request meets; `app_id` None is one that nobody can tell.

    `scopes` are the permissions of Microsoft Graph that bring it in. `baseline`: nothing but baseline
    scopes does.
    """

    app_id: str | None
    scopes: tuple[Text, ...] = ()
    baseline: bool = False


_UNKNOWN = PolicyAudience(None)


def policy_audiences(
    flow: Flow, application: Application | None, entra: Entra, catalog: Catalog | None = None
) -> tuple[PolicyAudience, ...]:
    """Whose policies the flow meets; the catalogue tells what `.default` asks for."""
    asked = tuple(graph_scopes(flow, application, entra, catalog))
    found = [*_of_client(flow, application, entra), *_of_token(flow, application, entra, asked)]
    return tuple(dict.fromkeys(found)) or (_UNKNOWN,)


def asks_baseline_alone(flow: Flow, entra: Entra) -> bool:
    """Whether a flow for a user asks Microsoft Graph for nothing but baseline scopes."""
    if flow.access != "delegated" or not flow.scopes or flow.audience or flow.resource:
        return False
    split = [split_scope(text.value) for text in flow.scopes]
    return all(
        (not one.audience or _is_graph(one.audience, entra)) and entra.is_baseline_scope(one.permission)
        for one in split
    )


def is_confidential(flow: Flow, application: Application | None, entra: Entra) -> bool:
    """Whether the flow is known to be a confidential client's, as a server is without a credential, too."""
    return flow.platform == "web" or clients.is_confidential(flow, application, entra) is True


def _of_client(flow: Flow, application: Application | None, entra: Entra) -> Iterator[PolicyAudience]:
    """The app itself, where it is a confidential client that asks for an ID token."""
    if application is None or application.app_id is None or not is_confidential(flow, application, entra):
        return
    if flow.type not in ("authorization_code", "hybrid", "implicit"):
        return
    library = entra.library(flow.library) if flow.library else None
    asked = {text.value for text in flow.scopes or ()} | set(library.adds if library else ())
    if "openid" in asked or "id_token" in (flow.response_type or "").split():
        yield PolicyAudience(application.app_id.lower())


def _of_token(
    flow: Flow, application: Application | None, entra: Entra, asked: tuple[Text, ...]
) -> Iterator[PolicyAudience]:
    audiences = token_audiences(flow)
    if audiences is not None:
        for audience in audiences:
            yield from _of_audience(audience, flow, application, entra, asked)
    elif flow.scopes and asks_baseline_alone(flow, entra):  # OpenID Connect's alone
        yield from _behind_graph(flow, application, entra, asked)
    else:
        yield from _called(flow, entra)


def _of_audience(
    audience: str, flow: Flow, application: Application | None, entra: Entra, asked: tuple[Text, ...]
) -> Iterator[PolicyAudience]:
    api = entra.resource_of_audience(audience)
    if api is not None and api.app_id == GRAPH:
        yield from _behind_graph(flow, application, entra, asked)
    elif api is not None:
        yield PolicyAudience(api.app_id)
    elif application is not None and application.app_id is not None and is_own(application, audience):
        yield PolicyAudience(application.app_id.lower())
    elif is_guid(audience.strip()):
        yield PolicyAudience(audience.strip().lower())
    else:
        yield _UNKNOWN


def _called(flow: Flow, entra: Entra) -> Iterator[PolicyAudience]:
    """By the calls, where nothing says what the token is for."""
    for call in flow.every_call():
        apis = apis_called(call, entra)
        known = apis is not None and len(apis) == 1 and apis[0].app_id != GRAPH
        yield PolicyAudience(apis[0].app_id) if apis and known else _UNKNOWN


def _behind_graph(
    flow: Flow, application: Application | None, entra: Entra, asked: tuple[Text, ...]
) -> Iterator[PolicyAudience]:
    """Whose data the requested permissions of Microsoft Graph open.

    Baseline scopes count where nothing else is asked for. What an app does by itself is not told apart.
    """
    if flow.access == "application" or flow.scopes is None:
        yield _UNKNOWN
        return
    if asks_baseline_alone(flow, entra):
        # A confidential client that asks for an ID token alone is judged by its own policies.
        if asked or not is_confidential(flow, application, entra):
            yield PolicyAudience(entra.enforcement("baseline-scopes").app_id, flow.scopes, baseline=True)
        return
    yield from behind(asked, entra)


def behind(scopes: Iterable[Text], entra: Entra) -> tuple[PolicyAudience, ...]:
    """Whose data delegated permissions of Microsoft Graph open, the permissions given by their bare names."""
    found: dict[str | None, PolicyAudience] = {}
    for text in scopes:
        name = split_scope(text.value).permission
        if entra.is_baseline_scope(name):
            continue
        family = None if has_placeholder(name) else entra.scope_family(name)
        app_id = family.app_id if family else None
        before = found.get(app_id, PolicyAudience(app_id)).scopes
        found[app_id] = PolicyAudience(app_id, (*before, text))
    return tuple(found.values())


def graph_scopes(
    flow: Flow, application: Application | None, entra: Entra, catalog: Catalog | None
) -> Iterator[Text]:
    """What the flow asks Microsoft Graph for, OpenID Connect's scopes aside.

    In place of `.default` stand the permissions that are declared, where they are all known.
    """
    for text in flow.scopes or ():
        split = split_scope(text.value)
        if split.oidc or (split.audience and not _is_graph(split.audience, entra)):
            continue
        if split.is_default and application and catalog and not declared_openly(application, GRAPH, catalog):
            entries = entries_of(application, GRAPH, "Scope", catalog)
            yield from (Text(entry.written, entry.entry.at) for entry in entries)
        else:
            yield text


def _is_graph(audience: str, entra: Entra) -> bool:
    api = entra.resource_of_audience(audience)
    return api is not None and api.app_id == GRAPH
