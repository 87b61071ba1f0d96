"""What a call needs beyond what the permission tables list: its body, query or target decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.match import parse_url, tokens
from linter.catalog.records import SCHEMES, Operation, Scheme, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import FurtherPermission
from linter.finding import Unknown
from linter.holdings import Holdings
from linter.ladder import TYPE_OF, Climb, find
from linter.model import Call, written_properties
from linter.request.query import query
from linter.typed import Final, NamedTuple


class Missing(NamedTuple):
    """Permissions of which one alternative is needed and none is held; `advice` is the one to declare."""

    alternatives: tuple[tuple[str, ...], ...]
    advice: tuple[str, ...]


def further(climb: Climb, entra: Entra) -> Iterator[FurtherPermission]:
    """The further needs that a call which its own permission covers is known to have.

    Hardly any group is role-assignable: where nobody says so of a body or a target, it is not.
    """
    step = climb.step
    if step.operation is None or step.scheme == "DelegatedPersonal" or not step.covered:
        return
    for row in entra.further_permissions_of(step.operation.method, step.operation.template):
        if _applies(row, climb.call):
            yield row


def further_names(call: Call, operation: Operation, entra: Entra) -> frozenset[str]:
    """All permissions that a call may need beyond what is listed: whoever declares one has a use for it."""
    names = {
        name
        for row in entra.further_permissions_of(operation.method, operation.template)
        if _applies(row, call) is not False
        for alternative in (*row.delegated, *row.application)
        for name in alternative
    }
    listed = {name for scheme in SCHEMES for found in operation.support(scheme).accepted for name in found}
    return frozenset(names.union(_readers(call, operation, entra).keys() - listed))


# --- relations that mix kinds of objects ------------------------------------------------------


def kinds_returned(call: Call, operation: Operation, entra: Entra) -> tuple[str, ...]:
    """The kinds of objects that a call returns in full where its token may read them, else by their ids.

    None for other calls, for one that counts, and for one that asks for ids alone. A cast picks one.
    """
    relation = entra.directory_relation(operation.template) if operation.method == "GET" else None
    asked = query(call.url)
    if relation is None or asked.counts or (asked.select or "").strip().lower() == "id":
        return ()
    casts = {step[1:] for step in tokens(parse_url(call.url).path) if step.startswith(".")}
    return tuple(kind for kind in relation.kinds if kind.lower() in casts) or relation.kinds


def kinds_read(names: Iterable[str], call: Call, operation: Operation, entra: Entra) -> frozenset[str]:
    """Of the kinds that a call returns, those of which permissions show more than the ids."""
    readers = _readers(call, operation, entra)
    return frozenset(kind for name in names for kind in readers.get(name, ()))


def _readers(call: Call, operation: Operation, entra: Entra) -> dict[str, set[str]]:
    """The permissions that read objects of the kinds that a call returns, with the kinds."""
    found: dict[str, set[str]] = {}
    kinds = kinds_returned(call, operation, entra)
    for row in entra.object_readers if kinds else ():
        for name in row.permissions if row.kind in kinds else ():
            found.setdefault(name, set()).add(row.kind)
    return found


def _applies(row: FurtherPermission, call: Call) -> bool | None:
    """Whether a call is of the kind that a row is about; None where nobody says."""
    name = (row.property or "").lower()
    if row.when == "writes":
        return None if call.writes is None else name in written_properties(call.writes)
    if row.when == "selects":
        return name in query(call.url).properties
    if row.when == "role-assignable-group":
        return None if call.target is None else call.target.role_assignable_group
    return True


def missing(
    alternatives: tuple[tuple[str, ...], ...], scheme: Scheme, held: Holdings
) -> Missing | tuple[Unknown, ...] | None:
    """What of the alternatives is lacking; None where one is held whole."""
    type_ = TYPE_OF[scheme]
    names = held.of(type_)
    lacks = held.lacks(type_)
    if names is not None:
        for alternative in alternatives:
            if all(name in names or f"{name}.Shared" in names for name in alternative):
                return None
    if names is None or lacks:
        return tuple(map(Unknown, lacks or ("application.required_resource_access",)))
    nearest = min(alternatives, key=lambda one: sum(name not in names for name in one))
    return Missing(alternatives, tuple(name for name in nearest if name not in names))


# --- what a body is about ---------------------------------------------------------------------


def watched(call: Call, catalog: Catalog, entra: Entra) -> Call | Unknown | None:
    """The reading of what a subscription is to watch; None where the call makes no subscription."""
    if not _is(call, "POST", "/subscriptions", catalog, entra):
        return None
    if call.resource is None:
        return Unknown("call.resource")
    path, _, asked = call.resource.strip().strip("/").partition("?")
    url = _OVER_THE_TENANT.get(path.lower(), f"/{path}")
    return call._replace(method="GET", url=f"{url}?{asked}" if asked else url, resource=None)


# What can be watched in the whole tenant at once, and what reads as much of one team, chat or user: Create
# subscription (graph docs api-reference/v1.0/api/subscription-post-subscriptions.md) asks the same for both.
_OVER_THE_TENANT: Final = {
    "teams/getallmessages": "/teams/{id}/channels/getAllMessages",
    "teams/getallchannels": "/teams/{id}/channels",
    "chats/getallmessages": "/users/{id}/chats/getAllMessages",
    "chats/getallmembers": "/chats/{id}/members",
    "communications/onlinemeetings/getalltranscripts": "/users/{id}/onlineMeetings/getAllTranscripts",
    "communications/onlinemeetings/getallrecordings": "/users/{id}/onlineMeetings/getAllRecordings",
}


def reading(
    watching: Call, subscribing: Support, scheme: Scheme, catalog: Catalog, entra: Entra
) -> Support | None:
    """What reading the resource accepts, first what subscribing does as well; None where nobody knows."""
    operation = find(watching, catalog, entra).operation
    support = operation.support(scheme) if operation is not None else None
    if support is None or not support.supported:
        return None
    both = [names for names in (*support.least, *support.accepted) if names in subscribing.accepted]
    return support._replace(accepted=tuple(dict.fromkeys((*both, *support.accepted))))


def searches(call: Call, catalog: Catalog, entra: Entra) -> tuple[str, ...] | Unknown:
    """The kinds of things that a call searches, () where it does not."""
    if not _is(call, "POST", "/search/query", catalog, entra):
        return ()
    return Unknown("call.entity_types") if call.entity_types is None else call.entity_types


def _is(call: Call, method: str, template: str, catalog: Catalog, entra: Entra) -> bool:
    if call.method != method:
        return False
    operation = find(call, catalog, entra).operation
    return operation is not None and operation.template == template
