"""How far one planned call of Microsoft Graph gets: one decision, asked by every rule that needs it.

    operation known → access supported → covered by the right type → covered by the other type → granted

The first rung that breaks is where the call stops, and every rung belongs to
one rule, so that one fault gives one finding. Nothing is decided against the
app while something unstated could still speak for it: the call is then `open`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog import match
from linter.catalog.match import parse_url
from linter.catalog.names import consented_by_resource, containing, reads
from linter.catalog.records import GRAPH, Operation, PermissionType, Scheme, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Confidence, Severity, Unknown
from linter.holdings import Holdings, holdings
from linter.model import Application, Call, Flow, Grants
from linter.placeholder import has_placeholder
from linter.request.destination import apis_called
from linter.sign_in.audience import may_be_for_graph
from linter.sign_in.authority import PERSONAL_TENANTS, serves_customers
from linter.typed import Final, Literal, NamedTuple

Rung = Literal[
    "elsewhere",  # not a call of Microsoft Graph, or one that needs no permission
    "other-token",  # the token is known to be another API's
    "unknown-operation",  # nobody publishes what the operation needs
    "unsupported",  # the operation does not work with this kind of access
    "open",  # `lacks` says what would have to be known
    "uncovered",
    "half-covered",  # one of two permissions that are needed together is held
    "other-type",  # only permissions of the other type would do
    "ungranted",  # held, but consent is known not to have been given
    "reached",
]


TYPE_OF: Final[dict[Scheme, PermissionType]] = {
    "DelegatedWork": "Scope",
    "DelegatedPersonal": "Scope",
    "Application": "Role",
}
"""The type of permission that counts under a scheme."""


class Step(NamedTuple):
    """Where a call stops, and what was compared.

    `alternative` is what would do or nearly does: what is held and covers the call, the half-held
    pair, the least one. `missing` are its permissions that are not held (or, when `ungranted`, not
    granted). An `open` step with an operation is open as to what is held, with an alternative as to
    consent only.
    """

    rung: Rung
    scheme: Scheme
    operation: Operation | None = None
    support: Support | None = None
    alternative: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The template, or the empty string where no operation was found."""
        return self.operation.template if self.operation else ""

    @property
    def type(self) -> PermissionType:
        """The type of permission that counts under this scheme."""
        return TYPE_OF[self.scheme]

    @property
    def covered(self) -> bool:
        """Whether the app holds what the operation needs, be it consented to or not."""
        return self.rung in ("reached", "ungranted") or (self.rung == "open" and bool(self.alternative))


# --- who calls --------------------------------------------------------------------------------


def schemes(flow: Flow, application: Application | None) -> tuple[tuple[Scheme, bool], ...]:
    """The schemes under which `flow` calls, each with whether that is certain.

    A flow whose user is not described is a work account's and, where the audience and the tenant
    admit them, may be a personal account's too. Flows without a token have none.
    """
    if flow.access is None:
        return ()
    if flow.access == "application":
        return (("Application", True),)
    account = flow.user.account if flow.user else None
    if account is not None:
        return (("DelegatedPersonal" if account == "personal" else "DelegatedWork", True),)
    audience = application.sign_in_audience if application else None
    tenant = (flow.tenant or "common").lower()
    if audience == "PersonalMicrosoftAccount" or tenant in PERSONAL_TENANTS:
        return (("DelegatedPersonal", True),)
    if audience == "AzureADandPersonalMicrosoftAccount" and (tenant == "common" or has_placeholder(tenant)):
        return (("DelegatedWork", True), ("DelegatedPersonal", False))
    return (("DelegatedWork", True),)


def may_be_work_account(flow: Flow, application: Application | None) -> bool:
    """Whether a work account may be the flow's user."""
    return any(scheme == "DelegatedWork" for scheme, _ in schemes(flow, application))


def of_users(flows: tuple[Flow, ...], application: Application | None, entra: Entra) -> Iterator[Flow]:
    """The flows for a user of a tenant: no personal account, and nobody's customer."""
    for flow in flows:
        if may_be_work_account(flow, application) and not serves_customers(flow, entra):
            yield flow


# --- what is called ---------------------------------------------------------------------------


Kind = Literal["elsewhere", "free", "open", "unknown", "known"]


class Found(NamedTuple):
    """What a call addresses: an operation where `kind` is `known`, and perhaps where it is `unknown`.

    `free` needs no permission; `unknown` is Microsoft Graph's, but nobody publishes what it needs;
    `open` lacks what the calls file leaves out.
    """

    kind: Kind
    operation: Operation | None = None
    lacks: tuple[str, ...] = ()


# Answered without a permission: the service document and the schema, which are public, and OpenID Connect's
# UserInfo, which every token for a user opens (https://learn.microsoft.com/entra/identity-platform/userinfo).
_FREE: Final = frozenset({"/", "/$metadata", "/oidc/userinfo"})


def is_graph_call(call: Call, entra: Entra) -> bool:
    """Whether the call goes to Microsoft Graph; a bare path does."""
    host = parse_url(call.url).host
    return not host or any(resource.app_id == GRAPH for resource in entra.resources_of_host(host))


def find(call: Call, catalog: Catalog, entra: Entra) -> Found:
    """What `call` addresses.

    An address that begins with a placeholder is taken for Microsoft Graph's where the path is one of
    its operations. A dozen rules ask the same of one call, one after the other.
    """
    asked = id(call), id(catalog)
    known = _FOUND.get(asked)
    if known is None or known[0] is not call:
        if len(_FOUND) >= _MOST_FOUND:
            _FOUND.clear()
        # The call is kept, so that its id is nobody else's for as long.
        known = _FOUND[asked] = call, _found(call, catalog, entra)
    return known[1]


_FOUND: Final[dict[tuple[int, int], tuple[Call, Found]]] = {}
_MOST_FOUND: Final = 1024


def _found(call: Call, catalog: Catalog, entra: Entra) -> Found:
    apis = apis_called(call, entra)
    if apis is not None and all(api.app_id != GRAPH for api in apis):
        return Found("elsewhere")
    path = parse_url(call.url).path
    if path.lower() in _FREE:
        return Found("free")
    if path.lower() == "/$batch":
        return Found("open", lacks=("call.requests",))
    operation = catalog.find(call.method, call.url)
    if operation is not None and any(support.supported for support in _supports(operation)):
        return Found("known", operation)
    if apis is None or match.tokens(path)[:1] == [match.SLOT]:
        return Found("open", lacks=("call.url",))
    return Found("unknown", operation, ("catalog.operations",))


def _supports(operation: Operation) -> tuple[Support, ...]:
    return operation.work, operation.personal, operation.application


# --- how far it gets --------------------------------------------------------------------------


def climb(call: Call, flow: Flow, scheme: Scheme, held: Holdings, catalog: Catalog, entra: Entra) -> Step:
    """The rung at which `call` stops under `scheme`."""
    found = find(call, catalog, entra)
    operation = found.operation
    if flow.access is None or found.kind in ("elsewhere", "free"):
        return Step("elsewhere", scheme)
    if not may_be_for_graph(flow, entra):
        return Step("other-token", scheme, operation)
    if operation is None or found.kind != "known":
        return Step("unknown-operation" if found.kind == "unknown" else "open", scheme, lacks=found.lacks)
    step = Step("reached", scheme, operation, catalog.support(operation, scheme, call.writes))
    if scheme == "DelegatedPersonal":
        held = held.without_tenant()
    return _held(step, call, held, entra)


def _held(step: Step, call: Call, held: Holdings, entra: Entra) -> Step:
    """Whether the app holds what a known operation needs."""
    assert step.operation is not None
    assert step.support is not None
    if not step.support.supported:
        return step._replace(rung="unsupported")
    names = held.of(step.type)
    if names is None:
        return step._replace(rung="open", lacks=held.lacks(step.type))
    covering = _covering(step.support, names) or _selected(step.operation, names, entra)
    if covering is None:
        contained = with_containing(step.support, names)
        step, covering = step._replace(support=contained), _covering(contained, names)
    if covering is not None:
        return _granted(step._replace(alternative=covering), held, entra)
    lacks = held.lacks(step.type) or _unsaid(step, call, names)
    if lacks:
        return step._replace(rung="open", lacks=lacks)
    return _stopped(step, names, held.of("Scope" if step.type == "Role" else "Role") or frozenset())


def _covering(support: Support, names: frozenset[str]) -> tuple[str, ...] | None:
    """What of `names` covers the operation, the least privileged way first.

    The published tables hardly know the `.Shared` permissions: they cover what their base covers,
    whether the object is one's own or was shared.
    """
    for alternative in (*support.least, *support.accepted):
        held = tuple(
            name if name in names else name + ".Shared"
            for name in alternative
            if name in names or name + ".Shared" in names
        )
        if len(held) == len(alternative):
            return held
    return None


def with_containing(support: Support, names: frozenset[str]) -> Support:
    """`support`, and where it accepts none of what is held, what of that contains something it accepts."""
    if _covering(support, names) is not None:
        return support
    accepted, eligible = (
        dict.fromkeys((*found, *filter(None, (_in_held(one, names) for one in found))))
        for found in (support.accepted, support.eligible)
    )
    return support._replace(accepted=tuple(accepted), eligible=tuple(eligible))


def _in_held(alternative: tuple[str, ...], names: frozenset[str]) -> tuple[str, ...] | None:
    """The permissions held that contain those of an alternative; None where one is contained in none."""
    found: list[str] = []
    for name in alternative:
        for wider in (name, *containing(name)):
            if wider in names or wider + ".Shared" in names:
                found.append(wider)
                break
    return tuple(found) if len(found) == len(alternative) else None


def _selected(operation: Operation, names: frozenset[str], entra: Entra) -> tuple[str, ...] | None:
    """A `*.Selected` permission that may open this path: the object's own grants decide there."""
    for scope in entra.selected_scopes_for(operation.template):
        if scope.name in names:
            return (scope.name,)
    return None


def _unsaid(step: Step, call: Call, names: frozenset[str]) -> tuple[str, ...]:
    """What no holding says and could still cover the call."""
    assert step.operation is not None
    assert step.support is not None
    if call.writes is None and _covering(step.operation.support(step.scheme), names):
        # A permission for some properties only is held: the body decides.
        return ("call.writes",)
    if any(consented_by_resource(name) for found in step.support.accepted for name in found):
        # A team or chat grants these by itself, as the Teams app's own manifest asks.
        return ("grants.resource_specific_grants",)
    return ()


def _stopped(step: Step, names: frozenset[str], others: frozenset[str]) -> Step:
    """Why what is held of the right type does not cover; `others` are held of the other type."""
    assert step.support is not None
    covering = _covering(step.support, others)
    if covering is not None:
        return step._replace(rung="other-type", alternative=covering, missing=covering)
    half = _half_held(step.support, names)
    if half is not None:
        missing = tuple(name for name in half if name not in names)
        return step._replace(rung="half-covered", alternative=half, missing=missing)
    best = (*step.support.least, *step.support.accepted)[0]
    return step._replace(rung="uncovered", alternative=best, missing=best)


def _half_held(support: Support, names: frozenset[str]) -> tuple[str, ...] | None:
    """A pair of which one half is held, where adding the other half is the advice to give.

    It is where the least privileged way is a pair, or where only the reading companion of a held
    permission to write is missing; else one permission alone may do better.
    """
    paired = all(len(alternative) > 1 for alternative in support.least)
    for alternative in (*support.least, *support.accepted):
        missing = [name for name in alternative if name not in names]
        if not missing or len(missing) == len(alternative):
            continue
        if paired or all(reads(name) for name in missing):
            return alternative
    return None


def _granted(step: Step, held: Holdings, entra: Entra) -> Step:
    """Whether a covered call has consent, as far as the directory was read."""
    assert step.operation is not None
    assert step.support is not None
    names = held.granted.of(step.type)
    if names is None:
        return step
    consented = _covering(with_containing(step.support, names), names)
    consented = consented or _selected(step.operation, names, entra)
    if consented is not None:
        return step._replace(alternative=consented)
    if lacks := held.granted.open(step.type):
        return step._replace(rung="open", lacks=lacks)
    missing = tuple(name for name in step.alternative if name not in names)
    return step._replace(rung="ungranted", missing=missing)


# --- all calls --------------------------------------------------------------------------------


class Climb(NamedTuple):
    """One call under one scheme, and where it stops.

    `certain` is false for a second account type that is only possible.
    """

    flow: Flow
    call: Call
    certain: bool
    step: Step

    @property
    def confidence(self) -> Confidence:
        """How surely the catalogue knows what was compared."""
        return self.step.support.confidence if self.step.support else "high"

    @property
    def severity(self) -> Severity:
        """An error only where the catalogue is sure and the account type is certain."""
        return "error" if self.certain and self.confidence == "high" else "warning"


def climbs(
    application: Application | None,
    flows: tuple[Flow, ...],
    grants: Grants | None,
    catalog: Catalog,
    entra: Entra,
) -> tuple[Climb, ...]:
    """Every planned call under every scheme it may be made with, in the order of the calls file."""
    return tuple(_climbs(application, flows, grants, catalog, entra))


def _climbs(
    application: Application | None,
    flows: tuple[Flow, ...],
    grants: Grants | None,
    catalog: Catalog,
    entra: Entra,
) -> Iterator[Climb]:
    for flow in flows:
        held = holdings(application, flow, grants, catalog, entra)
        ways = schemes(flow, application)
        for call in flow.every_call():
            for scheme, certain in ways:
                yield Climb(flow, call, certain, climb(call, flow, scheme, held, catalog, entra))


# How much must be known before it can be said that a call stops at this rung (see `_doubt`).
_NEEDS: Final[dict[Rung, int]] = {
    "unsupported": 1,
    "uncovered": 2,
    "half-covered": 2,
    "other-type": 2,
    "ungranted": 3,
}


def stopped_at(rung: Rung, found: Iterable[Climb]) -> Iterator[Climb | Unknown]:
    """The climbs that stop at `rung`, and what is unknown of those that might.

    A call that certainly stops there is not named again for an account type that is only possible.
    """
    seen: Climb | None = None
    for one in found:
        if one.step.rung == rung:
            if seen is None or seen.call is not one.call:
                seen = one
                yield one
        elif _doubt(one.step) <= _NEEDS[rung]:
            yield from map(Unknown, one.step.lacks)


def _doubt(step: Step) -> int:
    """At which stage a step is undecided: 1 the operation, 2 what is held, 3 consent, 4 not at all."""
    if not step.lacks:
        return 4
    if step.operation is None:
        return 1
    return 3 if step.alternative else 2
