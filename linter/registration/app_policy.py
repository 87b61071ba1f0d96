"""What the tenant's app management policies say of one app.

A policy that is assigned to the app takes the place of the tenant's default, restriction by restriction:
https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.finding import Confidence, Related, Unknown
from linter.model import NULL, Application, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration import credentials
from linter.registration.credentials import FIELDS, Kind
from linter.typed import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar
from linter.wording import counted

if TYPE_CHECKING:
    from linter.tenant import AppManagementPolicy, AudienceRestriction, CredentialRestriction, Tenant

Restriction = TypeVar("Restriction", "CredentialRestriction", "AudienceRestriction")


class Violation(NamedTuple):
    """What a policy has against the app, and the place in the policy that says so."""

    subject: str
    at: At
    message: str
    where: Related
    confidence: Confidence = "high"


def violations(application: Application, tenant: Tenant) -> Iterator[Violation | Unknown]:
    """Everything of the app that the policies in force do not allow."""
    policies, lacks = _governing(application, tenant)
    yield from map(Unknown, lacks)
    for restriction in _restrictions(application, policies, "passwords"):
        if isinstance(restriction, Unknown):
            yield restriction
        else:
            yield from _against_secrets(application, restriction)
    for restriction in _restrictions(application, policies, "keys"):
        if isinstance(restriction, Unknown):
            yield restriction
        elif restriction.restriction_type == "asymmetricKeyLifetime":
            yield from _too_long(application, "certificate", restriction)
    for name, blocked in _audiences(application, policies):
        if isinstance(blocked, Unknown):
            yield blocked
        else:
            yield from _blocked_audience(application, name, blocked)


# --- which policies ---------------------------------------------------------------------------


class _Governing(NamedTuple):
    """The policies in force for the app, the more particular first, and the fields that may add to them."""

    policies: tuple[AppManagementPolicy, ...]
    lacks: tuple[str, ...]


def _governing(application: Application, tenant: Tenant) -> _Governing:
    """The policies that are assigned to the app, then the tenant's default."""
    lacks: list[str] = []
    found = []
    for policy in tenant.app_management_policies or ():
        if policy.is_enabled is False or policy.applies_to == ():
            continue
        if policy.applies_to is None:
            lacks.append("tenant.app_management_policies.applies_to")
        elif application.id is None:
            lacks.append("application.id")
        elif application.id.lower() in policy.applies_to:
            found.append(policy)
    default = tenant.default_app_management_policy
    if default is None:
        lacks.append("tenant.default_app_management_policy")
    elif default.is_enabled is None:
        lacks.append("tenant.default_app_management_policy.is_enabled")
    elif default.is_enabled:
        found.append(default)
    return _Governing(tuple(found), tuple(dict.fromkeys(lacks)))


def _restrictions(
    application: Application, policies: Iterable[AppManagementPolicy], field: Literal["passwords", "keys"]
) -> Iterator[CredentialRestriction | Unknown]:
    """The restrictions on secrets and symmetric keys (`passwords`) or on certificates that hold."""
    first: dict[str | None, CredentialRestriction] = {}
    for policy in policies:
        for one in getattr(policy, field):
            first.setdefault(one.restriction_type, one)
    for one in first.values():
        yield from _in_force(one, application)


def _audiences(
    application: Application, policies: Iterable[AppManagementPolicy]
) -> Iterator[tuple[str, AudienceRestriction | Unknown]]:
    """The values of signInAudience that the app must not have, as Microsoft Graph names the restrictions."""
    first: dict[str, AudienceRestriction] = {}
    for policy in policies:
        for name, one in policy.audiences.items():
            first.setdefault(name, one)
    for name, one in first.items():
        for found in _in_force(one, application):
            yield name, found


def _in_force(one: Restriction, application: Application) -> Iterator[Restriction | Unknown]:
    """The restriction, where it is on and the app was made after its date.

    Policies that are older than the switch `state` are on.
    """
    if one.state not in (None, "enabled"):
        return
    if one.created_after is None:
        yield one
    elif application.created_date_time is None:
        yield Unknown("application.created_date_time")
    elif application.created_date_time >= one.created_after:
        yield one


# --- what they have against the app -----------------------------------------------------------


def _against_secrets(
    application: Application, restriction: CredentialRestriction
) -> Iterator[Violation | Unknown]:
    """What one restriction on secrets and symmetric keys has against the app."""
    kind = restriction.restriction_type
    if kind == "passwordLifetime":
        yield from _too_long(application, "secret", restriction)
    elif kind == "symmetricKeyLifetime":
        yield from _too_long(application, "certificate", restriction, symmetric=True)
    elif kind == "passwordAddition":
        if application.password_credentials is None:
            yield Unknown("application.password_credentials")
        elif application.password_credentials:
            count = len(application.password_credentials)
            yield Violation(
                "passwordCredentials",
                place(application, "password_credentials"),
                f"the tenant allows no new secrets, and the app has {counted(count, 'secret')}",
                Related(restriction.at, "no secret may be added"),
            )
    elif kind == "symmetricKeyAddition":
        for one in application.key_credentials or ():
            if one.type == "Symmetric":
                yield Violation(
                    subject.of_credential(one),
                    one.at,
                    "the tenant allows no new symmetric keys, and this is one",
                    Related(restriction.at, "no symmetric key may be added"),
                )


def _too_long(
    application: Application, kind: Kind, restriction: CredentialRestriction, *, symmetric: bool = False
) -> Iterator[Violation | Unknown]:
    """Credentials that were made for longer than a restriction allows."""
    most = restriction.max_lifetime_days
    found = application.password_credentials if kind == "secret" else application.key_credentials
    if most is None:
        yield Unknown("tenant.app_management_policies.max_lifetime_days")
    elif found is None:
        yield Unknown(f"application.{FIELDS[kind]}")
    else:
        for one in found:
            if kind == "certificate" and (one.type == "Symmetric") is not symmetric:
                continue
            lifetime = credentials.lifetime(one)
            if lifetime is None:
                yield from credentials.undated((one,), "start_date_time")
                yield from credentials.undated((one,), "end_date_time")
            elif lifetime > most:
                noun = "symmetric key" if symmetric else kind
                yield Violation(
                    subject.of_credential(one),
                    one.at,
                    f"this {noun} is made for {lifetime} days, and the tenant allows {most:g}",
                    Related(restriction.at, f"{most:g} days at most"),
                )


def _blocked_audience(
    application: Application, name: str, blocked: AudienceRestriction
) -> Iterator[Violation | Unknown]:
    written = application.sign_in_audience
    if written is None or (isinstance(written, str) and has_placeholder(written)):
        yield Unknown("application.sign_in_audience")
    elif written is not NULL and written in _AUDIENCES_OF.get(name, ()):
        # Whether the mixed audience counts as one of several organizations is not documented.
        sure = name == "personalMicrosoftAccount" or written == "AzureADMultipleOrgs"
        yield Violation(
            "signInAudience",
            place(application, "sign_in_audience"),
            f"the tenant allows no new apps of the audience `{written}`",
            Related(blocked.at, "the policy that blocks it"),
            confidence="high" if sure else "medium",
        )


_AUDIENCES_OF: Final = {
    "azureAdMultipleOrgs": ("AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"),
    "personalMicrosoftAccount": ("PersonalMicrosoftAccount", "AzureADandPersonalMicrosoftAccount"),
}
"""The values of signInAudience that each restriction is about."""
