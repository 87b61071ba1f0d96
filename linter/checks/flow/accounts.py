"""Flows without a page: which accounts and devices they work for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter import subject
from linter.conditional_access.controls import asks_for, is_multifactor, never_given, words
from linter.entra import Entra
from linter.finding import Confidence, Hit, Predicts, Related, Severity, Unknown
from linter.ladder import may_be_work_account
from linter.model import Application, Device, Flow, Person, place
from linter.positions import At
from linter.sign_in.authority import is_organisations, serves_customers
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.conditional_access.controls import Wanted
    from linter.conditional_access.policy import Met, Policies
    from linter.tenant import Tenant


class _Reason(NamedTuple):
    """Why a flow does not work for somebody: a place, and the end of a sentence."""

    at: At
    text: str
    label: str
    aadsts: tuple[int, ...]
    severity: Severity | None = None
    confidence: Confidence | None = None


def ropc_unsupported_account(
    flows: tuple[Flow, ...], entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A password is sent for an account that Entra cannot check it of (v2-oauth-ropc)."""
    for flow in flows:
        if flow.type != "password" or not is_organisations(flow, entra):
            continue
        reason = _no_tenant(flow) or (_no_password(flow.user, tenant) if flow.user else None)
        if reason is not None:
            yield _hit(flow, reason, f"`{flow.name}` sends a password {reason.text}")
        elif flow.user is None or flow.user.account is None:
            yield Unknown("user.account")


def iwa_limits(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Windows signs in for an account, or on a device, that it has no ticket for.

    That consent must have been given before is another rule's: nobody can be asked here.
    Source: https://learn.microsoft.com/entra/identity-platform/scenario-desktop-acquire-token-integrated-windows-authentication
    """
    for flow in flows:
        if flow.type != "integrated_windows" or not is_organisations(flow, entra):
            continue
        account = _no_windows_account(flow.user) if flow.user else None
        device = _no_windows_device(flow.device) if flow.device else None
        reason = account or device
        if reason is not None:
            yield _hit(flow, reason, f"`{flow.name}` uses the sign-in of Windows, and {reason.text}")
            continue
        if flow.user is None or flow.user.account is None:
            yield Unknown("user.account")
        if flow.device is None or flow.device.join is None:
            yield Unknown("flow.device")


def ropc_blocked_by_mfa(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    policies: Policies | None = None,
) -> Iterator[Hit | Unknown]:
    """A password flow where a second factor is asked for, which it cannot give (v2-oauth-ropc)."""
    for flow in flows:
        if flow.type != "password" or not may_be_work_account(flow, application):
            continue
        if serves_customers(flow, entra):
            continue
        needed = flow.user.mfa if flow.user else None
        if flow.user is not None and needed:
            related = Related(flow.user.at, "needs a second factor")
            yield _without_second_factor(flow, "its user needs a second factor", related)
        elif policies is not None:
            yield from policies.met(flow, _asks_second_factor(flow)).told(_blocked_by_policy(flow))
        elif needed is None:
            yield Unknown("user.mfa")


def _hit(flow: Flow, reason: _Reason, message: str) -> Hit:
    return Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        message,
        (Related(reason.at, reason.label),),
        Predicts(400, "invalid_grant", reason.aadsts),
        severity=reason.severity,
        confidence=reason.confidence,
    )


# --- passwords --------------------------------------------------------------------------------


def _no_tenant(flow: Flow) -> _Reason | None:
    name = (flow.tenant or "").lower()
    if name not in ("common", "consumers"):
        return None
    return _Reason(place(flow, "tenant"), f"to `{flow.tenant}`, which takes none", "no tenant", (9001023,))


def _no_password(user: Person, tenant: Tenant | None) -> _Reason | None:
    """Why Entra cannot check the user's password; None where it can, as far as is known."""
    at = user.at
    if user.account == "personal":
        return _Reason(
            at.child("account"),
            "of a personal account, which only a page takes",
            "a personal account",
            (50034,),
        )
    if user.passwordless:
        return _Reason(at.child("passwordless"), "of a user who has none", "no password", (50126,))
    if _is_federated(user, tenant) and not _takes_cloud_passwords(tenant):
        known = tenant is not None and tenant.home_realm_discovery_policies is not None
        written = at.child("federated") if user.federated else at.child("id")
        return _Reason(
            written,
            "that only the user's own identity provider can check",
            "a federated user",
            (50126,),
            confidence=None if known else "medium",
        )
    if user.account == "guest":
        return _Reason(
            at.child("account"),
            "of a guest, which only the guest's own directory can check",
            "a guest",
            (50034, 50126),
            severity="warning",
        )
    return None


def _is_federated(user: Person, tenant: Tenant | None) -> bool:
    """Whether another identity provider signs the user in: it is said, or the user's domain is federated."""
    if user.federated is not None or user.account == "guest":
        return bool(user.federated)
    domain = (user.id or "").rpartition("@")[2].lower()
    return bool(domain) and any(
        (one.id or "").lower() == domain and (one.authentication_type or "").lower() == "federated"
        for one in (tenant.domains if tenant else None) or ()
    )


def _takes_cloud_passwords(tenant: Tenant | None) -> bool:
    """Whether a policy lets federated users use the password that is synchronised to the cloud."""
    policies = (tenant.home_realm_discovery_policies if tenant else None) or ()
    return any(policy.allow_cloud_password for policy in policies)


# --- second factors ---------------------------------------------------------------------------


def _asks_second_factor(flow: Flow) -> Wanted:
    return lambda policy: is_multifactor(never_given(policy, flow))


def _blocked_by_policy(flow: Flow) -> Callable[[Met], Hit]:
    def hit(one: Met) -> Hit:
        controls = never_given(one.policy, flow)
        why = f"the policy `{one.name}` {one.does('ask')} for {words(one.policy, controls)}"
        return _without_second_factor(flow, why, Related(one.policy.at, asks_for(one.policy, controls)))

    return hit


def _without_second_factor(flow: Flow, why: str, related: Related) -> Hit:
    return Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        f"`{flow.name}` signs in with a password alone, and {why}",
        (related,),
    )


# --- Windows ----------------------------------------------------------------------------------


def _no_windows_account(user: Person) -> _Reason | None:
    at = user.at.child("account")
    if user.account == "personal":
        return _Reason(at, "its user has a personal account", "a personal account", (50180,))
    if user.account == "guest":
        return _Reason(at, "its user is a guest, whom the domain does not know", "a guest", (50180,))
    if user.federated is False and user.synced is False:
        return _Reason(
            user.at.child("synced"),
            "its user exists in the cloud only",
            "not of Active Directory",
            (50180,),
        )
    return None


def _no_windows_device(device: Device) -> _Reason | None:
    if device.os not in (None, "windows"):
        return _Reason(device.at.child("os"), f"runs on {_SYSTEMS[device.os]}", "not Windows", (51006,))
    if device.join in ("none", "registered"):
        return _Reason(device.at.child("join"), "its device is joined to no domain", "not joined", (51006,))
    return None


_SYSTEMS = {"macos": "macOS", "linux": "Linux", "ios": "iOS", "android": "Android"}
