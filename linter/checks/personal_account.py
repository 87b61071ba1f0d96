"""Personal Microsoft accounts: what they cannot reach, and apps that do not let them in.

Sources: https://learn.microsoft.com/graph/permissions-overview and
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.amend import can_lose_roles, withdraw
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import SignInAudience
from linter.entra.scopes import split_scope
from linter.finding import Confidence, Edit, Hit, Predicts, Related, Severity, Unknown
from linter.holdings import (
    Declared,
    api_of,
    asked_by_name,
    declared,
    declared_openly,
    entries_of,
    requested,
)
from linter.ladder import Climb, schemes, stopped_at
from linter.model import Application, Call, Flow, Inventory, Text, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration.public_client import gets_app_only_token
from linter.sign_in.audience import admitted
from linter.sign_in.authority import PERSONAL_TENANTS, is_ad_fs, serves_customers
from linter.typed import NamedTuple
from linter.wording import gets, listed

_BOTH_AUDIENCES = "AzureADandPersonalMicrosoftAccount"

_NO_LONGER_COMMON = "2018-10-15"
"""Apps for one tenant that were registered before may sign in at /common (AADSTS50194 says so)."""


# --- the rules --------------------------------------------------------------------------------


def work_only_api(
    climbs: tuple[Climb, ...], flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Calls of operations without a permission for personal accounts, made with such an account.

    The grants change nothing here: with them the ladder's answer is the one that other rules get.
    """
    audience = admitted(application, entra)
    for flow in flows:
        if flow.access != "delegated" or audience is not None or serves_customers(flow, entra):
            continue
        if _account(flow) is None and _may_be_personal(flow, application, entra):
            yield Unknown("user.account" if application is None else "application.sign_in_audience")
    personal = (
        climb
        for climb in climbs
        if climb.step.scheme == "DelegatedPersonal"
        and not _is_kept_out(climb.flow, audience)
        and not serves_customers(climb.flow, entra)
    )
    for climb in stopped_at("unsupported", personal):
        if isinstance(climb, Unknown):
            yield climb
        elif climb.step.operation is not None and climb.step.operation.work.supported:
            yield _work_only(climb, application)


def application_permission(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """App-only access where personal accounts are: none of them can grant it.

    A flow is named where the registration declares nothing for it.
    """
    audience = admitted(application, entra)
    if audience is None or not audience.application_permissions:
        found = list(_application_entries(application, catalog, inventory))
        if not any(isinstance(one, Hit) for one in found):
            found += (_app_only_flow(flow, application) for flow in flows or () if gets_app_only_token(flow))
        if audience is not None:
            yield from found
        elif found:
            yield Unknown("application.sign_in_audience")
    for flow in flows or ():
        for call in flow.every_call():
            if flow.access == "application" and call.target and call.target.account == "personal":
                yield _app_only_on_personal(flow, call, call.target.at)


def user_in_org_only_app(
    application: Application,
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
) -> Iterator[Hit | Unknown]:
    """A personal account signs in to an app for work and school accounts; an invited guest may."""
    audience = admitted(application, entra)
    if audience is not None and audience.personal:
        return
    opened = application._replace(sign_in_audience=_BOTH_AUDIENCES)
    for flow in flows:
        account = _account(flow)
        if flow.access != "delegated" or account in ("work", "guest") or serves_customers(flow, entra):
            continue
        if account is None:
            if _may_choose_account(flow):
                yield Unknown("user.account")
        elif audience is None:
            yield Unknown("application.sign_in_audience")
        else:
            yield Hit(
                subject.of_flow(flow, "user"),
                _account_place(flow),
                f"`{flow.name}` signs in a personal account, "
                f"and `{audience.value}` admits work and school accounts only",
                (Related(place(application, "sign_in_audience"), "work and school accounts only"),),
                edits=() if _keeps_out(opened, flows, climbs, catalog, entra) else _open(application),
                safe=False,  # who may sign in is a decision
            )


def _keeps_out(
    opened: Application,
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
) -> bool:
    """Whether personal accounts could sign in to `opened` only to be refused what it asks for or calls."""
    found = (
        *work_only_api(climbs, flows, entra, opened),
        *permission_not_offered(opened, catalog, entra, flows),
    )
    return any(isinstance(hit, Hit) and hit.severity is None for hit in found)


def _open(application: Application) -> tuple[Edit, ...]:
    """The edit that lets personal accounts in."""
    at = place(application, "sign_in_audience")
    if at.pointer.rpartition("/")[2].lower() == "signinaudience":
        return (Edit("replace", at, _BOTH_AUDIENCES),)
    # An older manifest says it with `availableToOtherTenants`, which knows no personal accounts.
    return (Edit("set", application.at, _BOTH_AUDIENCES, "signInAudience"),)


def permission_not_offered(
    application: Application, catalog: Catalog, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """Delegated permissions of Microsoft Graph that a personal account cannot consent to.

    Where work accounts sign in as well, a declared one may be for them alone: then it is a note,
    unless a flow with a personal account asks for all that is declared.
    """
    audience = admitted(application, entra)
    if any(serves_customers(flow, entra) for flow in flows or ()):
        return  # such a directory asks for the audience of both, and has accounts of its own
    if audience is not None and not audience.personal:
        return
    openly = declared_openly(application, GRAPH, catalog)
    if openly and audience is not None:
        yield Unknown("application.required_resource_access")
    personal = [flow for flow in flows or () if _is_personal(flow, application)]
    named = [found for flow in personal for found in _named(flow, catalog, entra)]
    for flow, text, name in named:
        yield _not_offered(name, text.at, f"`{flow.name}` asks one for it", ())
    entries = list(_not_offered_entries(application, catalog, {name for _, _, name in named}))
    whole = next((flow for flow in personal if _asks_for_all(flow, catalog, entra)), None)
    if whole is not None:
        related = Related(place(whole, "scopes"), "asks for all that is declared")
        reason = f"`{whole.name}` asks one for all that is declared"
    elif audience is None:
        if entries or openly:
            yield Unknown("application.sign_in_audience")
        return
    elif not audience.work:
        related = Related(place(application, "sign_in_audience"), "personal accounts only")
        reason = "only such accounts sign in"
    else:
        yield from _mixed(entries, application)
        return
    for entry in entries:
        yield _not_offered(entry.written, entry.entry.at, reason, (related,))


def authority_excludes_audience(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The authority admits nobody for whom the app is (AADSTS50194, AADSTS9002332, AADSTS9002331).

    A user who is named and whom the audience keeps out is `user_in_org_only_app`'s, a missing tenant of
    an app-only flow `flow/client-credentials-tenantless-authority`'s.
    """
    audience = admitted(application, entra)
    for flow in flows:
        if flow.access != "delegated" or is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        if audience is None:
            yield Unknown("application.sign_in_audience")
        elif (audience.work and audience.personal) or _is_kept_out(flow, audience):
            continue
        elif flow.tenant is None or has_placeholder(flow.tenant):
            yield Unknown("flow.tenant")
        elif found := _refused_by(flow.tenant.lower(), audience, application):
            yield _excluded(flow, found, audience, application)


def v1_endpoint(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A personal account signs in at the v1.0 endpoint, or with ADAL, which knows no other (AADSTS90027)."""
    for flow in flows:
        if flow.access != "delegated" or is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        adal = flow.library is not None and entra.library_kind(flow.library) == "adal"
        if flow.endpoint != "v1" and not adal:
            continue
        ways = schemes(flow, application)
        if ways == (("DelegatedPersonal", True),):
            field = "library" if adal else "endpoint"
            how = f"`{flow.library}`" if adal else "the v1.0 endpoint"
            yield Hit(
                subject.of_flow(flow, field),
                place(flow, field),
                f"`{flow.name}` signs in a personal account with {how}, which serves work accounts only",
                (_why_personal(flow, application),),
            )
        elif len(ways) > 1 or (_account(flow) is None and _may_be_personal(flow, application, entra)):
            yield Unknown("user.account")


# --- who signs in -----------------------------------------------------------------------------


def _account(flow: Flow) -> str | None:
    return flow.user.account if flow.user else None


def _account_place(flow: Flow) -> At:
    """Where the flow's account is written, or would be."""
    if flow.user is None or flow.user.account is None:
        return flow.at
    return flow.user.at.child("account")


def _is_personal(flow: Flow, application: Application) -> bool:
    """Whether the flow's user certainly has a personal account."""
    return schemes(flow, application) == (("DelegatedPersonal", True),)


def _may_be_personal(flow: Flow, application: Application | None, entra: Entra) -> bool:
    """Whether nothing that is stated keeps personal accounts out."""
    audience = admitted(application, entra)
    return (audience is None or audience.personal) and _may_choose_account(flow)


def _may_choose_account(flow: Flow) -> bool:
    """Whether the sign-in page takes accounts of either kind, as far as is stated; a tenant's does not."""
    tenant = (flow.tenant or "common").lower()
    return tenant == "common" or tenant in PERSONAL_TENANTS or has_placeholder(tenant)


def _is_kept_out(flow: Flow, audience: SignInAudience | None) -> bool:
    """Whether a personal account cannot even sign in (user-in-org-only-app)."""
    return _account(flow) == "personal" and audience is not None and not audience.personal


# --- where they sign in -----------------------------------------------------------------------


class _Refusal(NamedTuple):
    """Why an authority refuses an app: whom its audience admits, and the error."""

    admits: str
    predicts: Predicts
    severity: Severity | None = None
    confidence: Confidence | None = None


def _refused_by(tenant: str, audience: SignInAudience, application: Application) -> _Refusal | None:
    """Why nobody for whom the app is can sign in at `tenant`; None where somebody can."""
    if not audience.work:
        if tenant in PERSONAL_TENANTS:
            return None
        error = Predicts(400, "invalid_request", () if tenant == "common" else (9002331,))
        return _Refusal("personal accounts only", error, confidence="medium")
    if tenant in PERSONAL_TENANTS:
        return _Refusal("work and school accounts only", Predicts(400, "invalid_request", (9002332, 90130)))
    if audience.multi_tenant or tenant not in ("common", "organizations"):
        return None
    refusal = _Refusal("one tenant only", Predicts(400, "invalid_request", (50194,)))
    if tenant == "organizations":
        # No source says so of this one, and some advise it.
        return refusal._replace(severity="warning", confidence="low")
    created = application.created_date_time
    return refusal if created is None or created >= _NO_LONGER_COMMON else None


def _excluded(flow: Flow, found: _Refusal, audience: SignInAudience, application: Application) -> Hit:
    admits = "is for one tenant only" if found.admits == "one tenant only" else f"admits {found.admits}"
    return Hit(
        subject.of_flow(flow, "tenant"),
        place(flow, "tenant"),
        f"`{flow.name}` signs in at `{flow.tenant}`, and `{audience.value}` {admits}",
        (Related(place(application, "sign_in_audience"), found.admits),),
        found.predicts,
        severity=found.severity,
        confidence=found.confidence,
    )


# --- calls ------------------------------------------------------------------------------------


def _work_only(climb: Climb, application: Application | None) -> Hit | Unknown:
    """The finding, if it is sure enough.

    The reference pages have no column for personal accounts, so permissions.json is the one
    witness. That it names nothing for them counts only where it is known to know the operation:
    where both witnesses agree about work accounts.
    """
    operation = climb.step.operation
    if operation is None or operation.work.confidence != "high":
        return Unknown("catalog.operations")
    sure = f"`{climb.flow.name}` signs in a personal account"
    possible = f"a personal account may sign in to `{climb.flow.name}`"
    return Hit(
        subject.of_call(climb.flow, climb.call),
        climb.call.at,
        f"`{subject.of_request(climb.call)}` is for work and school accounts only, "
        f"and {sure if climb.certain else possible}",
        (_why_personal(climb.flow, application),),
        severity=None if climb.certain else "warning",
    )


def _why_personal(flow: Flow, application: Application | None) -> Related:
    if _account(flow) == "personal":
        return Related(_account_place(flow), "a personal account")
    if application is not None and application.sign_in_audience is not None:
        return Related(place(application, "sign_in_audience"), "admits personal accounts")
    return Related(place(flow, "tenant"), "where personal accounts sign in")


def _app_only_flow(flow: Flow, application: Application) -> Hit:
    return Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        f"`{flow.name}` asks for a token of the app's own, and only personal accounts sign in to the app",
        (Related(place(application, "sign_in_audience"), "personal accounts only"),),
    )


def _app_only_on_personal(flow: Flow, call: Call, target: At) -> Hit:
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` acts on a personal account, and `{flow.name}` has an app-only token, "
        "which reaches no such account",
        (gets(flow), Related(target, "a personal account")),
        Predicts(status=404),
    )


# --- declared permissions ---------------------------------------------------------------------


def _application_entries(
    application: Application, catalog: Catalog, inventory: Inventory | None
) -> Iterator[Hit | Unknown]:
    entries = declared(application, catalog)
    if entries is None or any(has_placeholder(entry.entry.type or "${}") for entry in entries):
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        if (entry.entry.type or "").strip().lower() == "role":
            yield Hit(
                subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
                entry.entry.at,
                f"`{entry.written}` is declared as application permission, "
                "and only personal accounts sign in to the app",
                (Related(place(application, "sign_in_audience"), "personal accounts only"),),
                edits=withdraw(entry) if can_lose_roles(inventory) and entry.state == "known" else (),
            )


def _is_work_only(name: str, catalog: Catalog) -> bool:
    """Whether Microsoft Graph publishes the permission and offers it to work accounts alone.

    It also publishes OpenID Connect's scopes, which every account has.
    """
    permission = catalog.permission(GRAPH, name, "Scope")
    return permission is not None and not permission.personal and not split_scope(permission.value).oidc


def _not_offered_entries(application: Application, catalog: Catalog, without: set[str]) -> Iterator[Declared]:
    for entry in entries_of(application, GRAPH, "Scope", catalog):
        if entry.written not in without and _is_work_only(entry.written, catalog):
            yield entry


def _named(flow: Flow, catalog: Catalog, entra: Entra) -> Iterator[tuple[Flow, Text, str]]:
    """The scopes of work accounts that a flow asks for by name."""
    for text, permission in asked_by_name(flow, catalog, entra):
        if _is_work_only(permission.value, catalog):
            yield flow, text, permission.value


def _asks_for_all(flow: Flow, catalog: Catalog, entra: Entra) -> bool:
    asked = requested(flow, catalog, entra)
    return asked is not None and asked.default


def _not_offered(name: str, at: At, reason: str, related: tuple[Related, ...]) -> Hit:
    return Hit(
        subject.of_permission(GRAPH_NAME, name, "Scope"),
        at,
        f"`{name}` is not offered to personal accounts, and {reason}",
        related,
    )


def _mixed(entries: Iterable[Declared], application: Application) -> Iterator[Hit]:
    """One note for each block: many declared permissions may well be for work accounts."""
    blocks: dict[At, list[Declared]] = {}
    for entry in entries:
        blocks.setdefault(entry.block.at, []).append(entry)
    for at, found in blocks.items():
        names = listed(dict.fromkeys(entry.written for entry in found))
        yield Hit(
            "requiredResourceAccess/Microsoft Graph",
            at,
            f"personal accounts may sign in, and are not offered {names}",
            (Related(place(application, "sign_in_audience"), "admits personal accounts"),),
            severity="note",
        )
