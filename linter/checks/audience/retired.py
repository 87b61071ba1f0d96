"""APIs that no longer answer, or soon will not."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.amend import admits_roles, declare_all
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.addresses import plain_audience
from linter.entra.records import Resource, Retired
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.holdings import declared, resource_of
from linter.model import NULL, Application, Call, Flow, Inventory, RequiredResourceAccess, place
from linter.placeholder import is_placeholder
from linter.request.destination import carries_own_right
from linter.request.sent import AZURE_AD_GRAPH, EXCHANGE, Sent, Token, sent_calls, tokens_of
from linter.sign_in import cloud
from linter.sign_in.audience import asked_in
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import ExchangeOrganization, Tenant

# User.Read of Azure AD Graph: the portal once declared it in every new registration.
_OLD_DEFAULT: Final = ("311a71cc-e848-46a1-bdf8-97ff7156d8e6", "user.read")

_REFUSED: Final = Predicts(status=401)


def azure_ad_graph_call(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The call or its token is for Azure AD Graph, which is retired (resources/authenticationBehaviors)."""
    for sent in sent_calls(flows, entra):
        called, asked = sent.api(AZURE_AD_GRAPH), sent.token(AZURE_AD_GRAPH)
        if called is not None:
            yield _retired_call(sent, called, asked)
        elif asked is not None and asked.api is not None:
            yield _retired_token(sent, asked, asked.api)
        elif sent.apis is None:
            yield Unknown("call.url")
    for flow in flows:
        for token in () if flow.calls else tokens_of(flow, entra, None) or ():
            if token.api is not None and token.api.app_id == AZURE_AD_GRAPH:
                yield _retired_request(flow, token, token.api)


def _retired_call(sent: Sent, api: Resource, token: Token | None) -> Hit:
    request = subject.of_request(sent.call)
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{request}` goes to {api.name}, which was retired on {api.status_date}",
        (Related(token.at, f"a token for {api.name}"),) if token else (),
    )
    in_global = any(host in sent.call.url.lower() for host in api.hosts.get("global", ()))
    return hit if in_global else _less_sure(hit)


def _retired_request(flow: Flow, token: Token, api: Resource) -> Hit:
    """A flow of which no call is known."""
    hit = Hit(
        subject.of_flow(flow, asked_in(flow)),
        token.at,
        f"`{flow.name}` asks for a token for {api.name}, which was retired on {api.status_date}",
    )
    return hit if _is_global(token, api) else _less_sure(hit)


def _retired_token(sent: Sent, token: Token, api: Resource) -> Hit:
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` sends `{subject.of_request(sent.call)}` "
        f"with a token for {api.name}, which was retired on {api.status_date}",
        (Related(token.at, f"a token for {api.name}"),),
        predicts=Predicts(401, "InvalidAuthenticationToken") if sent.api(GRAPH) else _REFUSED,
    )
    return hit if _is_global(token, api) else _less_sure(hit)


def _is_global(token: Token, api: Resource) -> bool:
    return plain_audience(token.audience) in (
        api.app_id,
        *map(plain_audience, api.audiences.get("global", ())),
    )


def _less_sure(hit: Hit) -> Hit:
    """The sovereign clouds had dates of their own, which no document at hand states."""
    return hit._replace(severity="warning", confidence="medium")


def azure_ad_graph_in_manifest(
    application: Application, catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A block of requiredResourceAccess is for Azure AD Graph (reference: application manifest)."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    api = entra.resource(AZURE_AD_GRAPH)
    for block in application.required_resource_access:
        if block.resource_app_id is None or is_placeholder(block.resource_app_id):
            yield Unknown("application.required_resource_access")
        elif api is not None and resource_of(block, catalog) == AZURE_AD_GRAPH:
            yield Hit(
                f"requiredResourceAccess {api.name}",
                block.at,
                f"requiredResourceAccess still lists {api.name}, which was retired on {api.status_date}",
                severity="note" if _only_old_default(block) else None,
                edits=_to_microsoft_graph(application, block, catalog, entra),
                safe=False,  # which of them the app's calls need is not known
            )


def _to_microsoft_graph(
    application: Application, block: RequiredResourceAccess, catalog: Catalog, entra: Entra
) -> tuple[Edit, ...]:
    """The edits that declare the same permissions of Microsoft Graph instead; none where one has no twin."""
    twins: list[Permission] = []
    for entry in block.resource_access or ():
        name = entra.azure_ad_graph_permission(entry.id or "", entry.type or "")
        type_: PermissionType = "Role" if (entry.type or "").strip().lower() == "role" else "Scope"
        twin = catalog.permission(GRAPH, name, type_) if name else None
        if twin is None or (type_ == "Role" and not admits_roles(application, entra)):
            return ()
        twins.append(twin)
    declared_before = [entry.permission for entry in declared(application, catalog) or ()]
    added = declare_all(application, twins, catalog)
    if not twins or not (added or all(twin in declared_before for twin in twins)):
        return ()
    return (*added, Edit("remove", block.at))


def _only_old_default(block: RequiredResourceAccess) -> bool:
    entries = block.resource_access or ()
    return bool(entries) and all((entry.id or "").strip().lower() in _OLD_DEFAULT for entry in entries)


def azure_ad_graph_block_flag(
    application: Application,
    entra: Entra,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """The app is exempted from the block of Azure AD Graph (resources/authenticationBehaviors)."""
    behaviors = application.authentication_behaviors
    if behaviors is None or "block_azure_ad_graph_access" not in behaviors.places:
        yield Unknown("application.authentication_behaviors")
    if behaviors is None or behaviors.block_azure_ad_graph_access is not False:
        return
    stated = cloud.of_app(inventory, tenant, entra)
    if stated is None or not stated.national:
        at = place(behaviors, "block_azure_ad_graph_access")
        yield Hit(
            "authenticationBehaviors.blockAzureADGraphAccess",
            at,
            "`blockAzureADGraphAccess` is false, which exempts the app from the block of Azure AD Graph, and "
            "that API is retired",
            edits=(Edit("replace", at, True),),
            # A national cloud that nobody states had dates of its own.
            safe=stated is not None,
        )


def outlook_rest_call(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The call is one of the Outlook REST API, retired in March 2024 (Outlook REST API v2.0, notice)."""
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        elif carries_own_right(sent.call) or not sent.api(EXCHANGE):
            continue
        elif found := _surface("Outlook REST API", sent.call, entra):
            yield Hit(
                subject.of_call(sent.flow, sent.call),
                sent.call.at,
                f"`{subject.of_request(sent.call)}` calls the {found.name}, which ended in {found.ends}",
            )


def ews_call_retiring(
    flows: tuple[Flow, ...],
    entra: Entra,
    today: str,
    tenant: Tenant | None = None,
    application: Application | None = None,
) -> Iterator[Hit | Unknown]:
    """The call is one of Exchange Web Services, which Exchange Online first blocks and then ends."""
    organization = tenant.exchange_organization if tenant is not None else None
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        elif not sent.api(EXCHANGE):
            continue
        elif found := _surface("Exchange Web Services in Exchange Online", sent.call, entra):
            blocked = _blocks_ews(organization, application, found, today)
            ended = today >= found.ends
            hit = Hit(
                subject.of_call(sent.flow, sent.call),
                sent.call.at,
                f"`{subject.of_request(sent.call)}` calls {found.name}, {_fate(found, today, blocked)}",
                ()
                if organization is None or ended
                else (Related(organization.at, "what the tenant allows"),),
                confidence=found.confidence,
            )
            yield hit if ended or blocked else hit._replace(severity="warning")


def _surface(name: str, call: Call, entra: Entra) -> Retired | None:
    """What a call meets of a surface that ends, if it is the one of this name."""
    # A host without `https://` is taken for a host by `apis_called`, so it is here.
    url = call.url if "://" in call.url else f"https://{call.url.lstrip()}"
    address = parse_url(url)
    surfaces = entra.retired(address.host, address.path)
    return next((one for one in surfaces if one.name == name), None)


def _blocks_ews(
    organization: ExchangeOrganization | None, application: Application | None, surface: Retired, today: str
) -> bool | None:
    """Whether the tenant keeps the app out of EWS by now; None where nobody says."""
    restricted = today >= (surface.restricted or surface.ends)
    if organization is None or organization.ews_enabled is None:
        return None if restricted else False
    if organization.ews_enabled is NULL:
        return restricted  # a tenant that never decided is closed from the first of the two dates on
    if organization.ews_enabled is False:
        return True
    allowed = organization.ews_allowed_app_ids
    if not allowed:
        return False
    app_id = application.app_id if application is not None else None
    return None if app_id is None else app_id.lower() not in allowed


def _fate(surface: Retired, today: str, blocked: bool | None) -> str:
    """What becomes of a surface, after a comma; `blocked` is None where nobody says."""
    if today >= surface.ends:
        return f"which ended on {surface.ends}"
    if blocked:
        return f"which the tenant keeps from the app, and which end on {surface.ends}"
    if blocked is None:
        return (
            f"which are blocked since {surface.restricted} where the tenant does not admit the app, "
            f"and which end on {surface.ends}"
        )
    return f"which end on {surface.ends}"
