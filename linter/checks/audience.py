"""Audiences: whether a token is for the API that it is sent to, and whether that API still answers."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import admits_roles, declare_all
from linter.audience import own_unstated, token_audiences
from linter.authority import serves_customers
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.credentials import federated, held
from linter.destination import carries_own_right
from linter.entra import Entra
from linter.entra.addresses import host_of, plain_audience
from linter.entra.records import Resource
from linter.finding import CONFIDENCES, Confidence, Edit, Hit, Predicts, Related, Unknown
from linter.holdings import declared, resource_of
from linter.model import Application, Flow, Grants, Inventory, RequiredResourceAccess, place
from linter.own_api import Version, token_version, validation, version_of_issuer
from linter.placeholder import has_placeholder, is_placeholder
from linter.retirement import blocks_ews, fate, surface
from linter.sent import Sent, Token, asked_at, asked_in, sent_calls, tokens_of, unstated
from linter.sharepoint import ACS, acs_field, may_take
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

AZURE_AD_GRAPH: Final = "00000002-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT: Final = "00000003-0000-0ff1-ce00-000000000000"
RESOURCE_MANAGER: Final = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
KEY_VAULT: Final = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"

# APIs that are known to refuse every token of another audience; elsewhere a mismatch is a warning.
_STRICT: Final = frozenset({GRAPH, EXCHANGE, SHAREPOINT, RESOURCE_MANAGER, KEY_VAULT})

# User.Read of Azure AD Graph: the portal once declared it in every new registration.
_OLD_DEFAULT: Final = "311a71cc-e848-46a1-bdf8-97ff7156d8e6"

_REFUSED: Final = Predicts(status=401)


# --- tokens and where they go -------------------------------------------------------------------


def _mismatch(sent: Sent, token: Token, api: Resource) -> Hit:
    confidences = [api.confidence, *([token.api.confidence] if token.api else [])]
    return Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` has a token for {token.name}, "
        f"and `{subject.of_request(sent.call)}` goes to {api.name}",
        (Related(token.at, f"a token for {token.name}"),),
        predicts=None if api.app_id == GRAPH else _REFUSED,
        confidence=_lowest(confidences),
    )


def _lowest(confidences: list[Confidence]) -> Confidence:
    return max(confidences, key=CONFIDENCES.index)


# --- the rules ----------------------------------------------------------------------------------


def host_mismatch(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """No API at the host takes what the token is for (concepts/resolve-auth-errors)."""
    for sent in sent_calls(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if not sent.apis:
            yield Unknown("catalog.resources")
        elif sent.tokens is None:
            yield unstated(sent.flow)
        elif any(token.api is None and not token.own for token in sent.tokens):
            # Somebody else's API: what else takes its tokens is for nobody to say.
            yield Unknown("catalog.resources")
        else:
            strict = any(api.app_id in _STRICT for api in sent.apis)
            hit = _mismatch(sent, sent.tokens[0], sent.apis[0])
            yield hit if strict else hit._replace(severity="warning")


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
    return bool(entries) and all((entry.id or "").lower() == _OLD_DEFAULT for entry in entries)


def azure_ad_graph_block_flag(
    application: Application, entra: Entra, inventory: Inventory | None = None
) -> Iterator[Hit | Unknown]:
    """The app is exempted from the block of Azure AD Graph (resources/authenticationBehaviors)."""
    behaviors = application.authentication_behaviors
    if behaviors is None or "block_azure_ad_graph_access" not in behaviors.places:
        yield Unknown("application.authentication_behaviors")
    elif behaviors.block_azure_ad_graph_access is False and not _is_national(inventory, entra):
        at = place(behaviors, "block_azure_ad_graph_access")
        yield Hit(
            "authenticationBehaviors.blockAzureADGraphAccess",
            at,
            "`blockAzureADGraphAccess` is false, which exempts the app from the block of Azure AD Graph, and "
            "that API is retired",
            edits=(Edit("replace", at, True),),
            # A national cloud that nobody states had dates of its own.
            safe=inventory is not None and inventory.cloud is not None,
        )


def _is_national(inventory: Inventory | None, entra: Entra) -> bool:
    """Whether the app is known to live in a national cloud."""
    if inventory is None:
        return False
    if inventory.cloud is not None:
        return inventory.cloud != "global"
    authorities = (flow.authority for flow in inventory.flows if flow.authority is not None)
    clouds = [cloud.name for authority in authorities for cloud in entra.clouds_of_authority(authority)]
    return bool(clouds) and "global" not in clouds


def outlook_rest_call(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The call is one of the Outlook REST API, retired in March 2024 (Outlook REST API v2.0, notice)."""
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        elif carries_own_right(sent.call) or not sent.api(EXCHANGE):
            continue
        elif found := surface("Outlook REST API", sent.call, entra):
            yield Hit(
                subject.of_call(sent.flow, sent.call),
                sent.call.at,
                f"`{subject.of_request(sent.call)}` calls the {found.name}, which ended in {found.ends}",
            )


def exchange_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An Exchange token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(EXCHANGE, flows, entra)


def sharepoint_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A SharePoint token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(SHAREPOINT, flows, entra)


def _swapped(other: str, flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Host and token are Microsoft Graph's and the other API's, in either order."""
    for sent in sent_calls(flows, entra):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
            continue
        for here, there in ((GRAPH, other), (other, GRAPH)):
            api, token = sent.api(here), sent.token(there)
            if api is not None and sent.tokens is None:
                yield unstated(sent.flow)
            elif api is not None and token is not None:
                yield _mismatch(sent, token, api)


def own_api_token_on_graph(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The token is for the app's own API, and the call goes to Microsoft Graph (on-behalf-of flow)."""
    for sent in sent_calls(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
        elif (graph := sent.api(GRAPH)) is None:
            continue
        elif sent.tokens is None:
            yield unstated(sent.flow)
        elif own := next((token for token in sent.tokens if token.own and token.api is None), None):
            yield _mismatch(sent, own, graph)
        elif any(token.own is None and token.api is None for token in sent.tokens):
            yield from map(Unknown, own_unstated(application))


# --- Exchange Web Services ----------------------------------------------------------------------


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
        elif found := surface("Exchange Web Services in Exchange Online", sent.call, entra):
            blocked = blocks_ews(organization, application, found, today)
            ended = today >= found.ends
            hit = Hit(
                subject.of_call(sent.flow, sent.call),
                sent.call.at,
                f"`{subject.of_request(sent.call)}` calls {found.name}, {fate(found, today, blocked)}",
                ()
                if organization is None or ended
                else (Related(organization.at, "what the tenant allows"),),
                confidence=found.confidence,
            )
            yield hit if ended or blocked else hit._replace(severity="warning")


# --- SharePoint ---------------------------------------------------------------------------------


def sharepoint_host_mismatch(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The token is for another host of SharePoint than the one that is called."""
    for sent in sent_calls(flows, entra):
        api = sent.api(SHAREPOINT)
        if api is None or sent.tokens == ():
            continue
        if sent.tokens is None:
            yield unstated(sent.flow)
            continue
        called = host_of(parse_url(sent.call.url).host)
        tokens = [token for token in sent.tokens if token.api and token.api.app_id == SHAREPOINT]
        hosts = {token: host_of(token.audience) for token in tokens if "://" in token.audience}
        if len(hosts) < len(tokens) or not tokens or called in hosts.values():
            continue  # by the API's appId, for a host that the audience does not tell
        token = tokens[0]
        if has_placeholder(called) or has_placeholder(hosts[token]):
            yield Unknown("call.url" if has_placeholder(called) else "flow.scopes")
        else:
            yield _other_host(sent, token, hosts[token], called)


def _other_host(sent: Sent, token: Token, host: str, called: str) -> Hit:
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` has a token for `{host}`, "
        f"and `{subject.of_request(sent.call)}` goes to `{called}`",
        (Related(token.at, f"a token for {host}"),),
    )
    return hit._replace(severity="warning") if may_take(host, called) else hit


def sharepoint_acs_retired(flows: tuple[Flow, ...], entra: Entra, today: str) -> Iterator[Hit | Unknown]:
    """The token comes from Azure ACS, SharePoint's older service for tokens of apps alone."""
    for flow in flows:
        field = acs_field(flow)
        ending = next(iter(entra.retired(ACS)), None) if field is not None else None
        if field is None or ending is None:
            continue
        written = flow.client_id if field == "client_id" else host_of(flow.authority or "")
        ended = today >= ending.ends
        yield Hit(
            subject.of_flow(flow, field),
            place(flow, field),
            f"`{flow.name}` gets its token from Azure ACS (`{written}`), which "
            f"{'ended' if ended else 'ends'} for SharePoint on {ending.ends}",
            severity=None if ended else "warning",
        )


def sharepoint_app_only_secret(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """SharePoint's own API is called for the app itself, and the app proves itself with a secret."""
    for flow in flows:
        if flow.type != "client_credentials" or acs_field(flow) is not None:
            continue
        calls = [
            sent
            for sent in sent_calls((flow,), entra)
            if sent.api(SHAREPOINT) and (sent.fits or not sent.tokens)
        ]
        credential = _credential(flow, application, grants) if calls else None
        if calls and credential is None:
            yield Unknown("flow.credential")
        elif credential == "secret":
            stated = flow.credential is not None
            yield Hit(
                subject.of_flow(flow, "credential"),
                place(flow, "credential"),
                f"`{flow.name}` proves itself to SharePoint with a secret"
                f"{'' if stated else ', the only kind of credential that the app has'}, and SharePoint takes "
                "tokens of apps alone only for a certificate",
                tuple(Related(sent.call.at, "a call of SharePoint's own API") for sent in calls[:3]),
                confidence="high" if stated else "medium",
            )


def _credential(flow: Flow, application: Application | None, grants: Grants | None) -> str | None:
    """The kind of credential that the flow sends: what it says, else the only kind that the app has."""
    if flow.credential is not None or application is None:
        return flow.credential
    secrets = held(application, grants, "secret")
    certificates = held(application, grants, "certificate")
    others = federated(application, grants)
    if secrets == ():
        return "certificate"
    return "secret" if secrets and certificates == () and others == () else None


# --- the app's own API --------------------------------------------------------------------------


def api_validates_wrong_audience(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The API accepts audiences that tokens of the version it asks for do not have."""
    if inventory.api is None or inventory.api.audiences is None:
        return  # nobody says that the app is an API, or what it accepts
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return  # there a token is for the appId, whatever version is asked for
    found = validation(application, inventory.api.audiences)
    yield from map(Unknown, found.lacks)
    if found.lacks or found.is_open:
        return
    at = inventory.api.at.child("audiences")
    if found.version == 2 and found.uris and not found.app_id:
        yield Hit(
            _VERSION,
            at,
            f"the API accepts tokens for {wording.listed(found.uris)} only, "
            f"and tokens of version 2 are for its appId `{application.app_id}`",
            (_asks_for_version(application, found.version),),
        )
    elif found.version == 1 and found.app_id and not found.uris and application.identifier_uris:
        uri = application.identifier_uris[0]
        yield Hit(
            _VERSION,
            at,
            "the API accepts tokens for its appId only, "
            f"and tokens of version 1 are for what the client asked for, as `{uri.value}`",
            (_asks_for_version(application, found.version), Related(uri.at, "what clients ask for")),
            severity="note",
        )


def api_validates_wrong_issuer(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The API accepts issuers of another token version than the one it asks for."""
    if inventory.api is None or not inventory.api.issuers:
        return
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return
    versions = set(map(version_of_issuer, inventory.api.issuers))
    version = token_version(application)
    if version is None:
        yield Unknown("application.api.requested_access_token_version")
    elif None not in versions and version not in versions:
        other = 1 if version == 2 else 2
        yield Hit(
            _VERSION,
            inventory.api.at.child("issuers"),
            f"the API accepts {wording.listed(inventory.api.issuers)} only, which issues tokens of version "
            f"{other}, and its tokens are of version {version}",
            (_asks_for_version(application, version),),
        )


_VERSION: Final = "api.requestedAccessTokenVersion"


def _asks_for_version(application: Application, version: Version) -> Related:
    api = application.api
    at = application.at if api is None else place(api, "requested_access_token_version")
    return Related(at, f"tokens of version {version}")


# --- names and rights beside consent -------------------------------------------------------------


def legacy_resource_alias(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The token is asked for by an older name of the API."""
    for flow in flows:
        audiences = token_audiences(flow) if flow.access is not None else ()
        if audiences is None and not _bare_sign_in(flow):
            yield unstated(flow)
        for audience in audiences or ():
            row = entra.trailing_slash_audience(audience)
            api = entra.resource(row.resource) if row is not None else None
            if row is not None and api is not None:
                yield Hit(
                    subject.of_flow(flow, f"{asked_in(flow)} {audience}"),
                    asked_at(flow, audience),
                    f"`{audience}` is an older name of {api.name}, now `{row.replacement}`",
                    confidence=row.confidence,
                )


def _bare_sign_in(flow: Flow) -> bool:
    """Whether the flow asks for OpenID Connect's scopes only, which name no API."""
    return bool(flow.scopes) and not any(is_placeholder(text.value) for text in flow.scopes or ())


def workload_gate(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The API that is called also asks for a right or a switch that consent does not replace."""
    seen: set[tuple[str, str]] = set()
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        if sent.flow.access is None or (sent.tokens and not sent.fits):
            continue
        for api in sent.apis or ():
            gate = entra.workload_gate(api.app_id, sent.flow.access)
            if gate is None or (sent.flow.name, api.app_id) in seen:
                continue
            seen.add((sent.flow.name, api.app_id))
            who = "the app" if sent.flow.access == "application" else "the user"
            yield Hit(
                f"{sent.flow.name} {api.name}",
                sent.call.at,
                f"consent alone does not open {api.name}, which `{sent.flow.name}` calls: {who} also needs "
                f"{gate.needs}",
                predicts=Predicts(gate.refusal),
                confidence=_lowest([api.confidence, gate.confidence]),
            )
