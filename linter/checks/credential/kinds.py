"""Credentials: of which kind they are, how many, and whether they serve."""

from __future__ import annotations

from collections.abc import Iterator

from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.model import Application, Credential, Flow, Grants, place
from linter.registration import credentials
from linter.registration.credentials import Use, last_day
from linter.sign_in.audience import admitted
from linter.sign_in.authority import serves_customers
from linter.typed import TYPE_CHECKING
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant


def secret_instead_of_strong_credential(
    application: Application, today: str, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """The app proves itself with a secret, which whoever reads it can use."""
    secrets = application.password_credentials
    if secrets is not None:  # nobody can use one that has ended
        secrets = tuple(secret for secret in secrets if today <= (last_day(secret) or today))
    if secrets == ():
        return
    senders = [flow for flow in flows or () if flow.credential == "secret"]
    may_send = [
        flow for flow in flows or () if flow.credential is None and credentials.may_send_one(flow, entra)
    ]
    if flows is not None and not senders and not may_send:
        return
    if senders:
        names = listed(flow.name for flow in senders)
        yield Hit(
            "passwordCredentials",
            place(application, "password_credentials") if secrets else place(senders[0], "credential"),
            f"{names} {'proves itself' if len(senders) == 1 else 'prove themselves'} with a secret, "
            "which anybody who reads it can use",
            tuple(Related(place(flow, "credential"), f"`{flow.name}` sends a secret") for flow in senders)
            if secrets
            else (),
        )
    elif secrets is None:
        yield Unknown("application.password_credentials")
    else:
        what = "a secret" if len(secrets) == 1 else f"{len(secrets)} secrets"
        yield Hit(
            "passwordCredentials",
            place(application, "password_credentials"),
            f"the app has {what}, which anybody who reads {'it' if len(secrets) == 1 else 'one'} can use",
            severity="note",
        )


def too_many_secrets_personal(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """An app that admits personal accounts has more secrets than the directory lets it have."""
    secrets = application.password_credentials
    if secrets == () or any(serves_customers(flow, entra) for flow in flows or ()):
        return  # apps of customer directories have that audience without Microsoft accounts
    audience = admitted(application, entra)
    limits = [row.max_secrets for row in entra.sign_in_audiences if row.max_secrets is not None]
    most = audience.max_secrets if audience is not None else min(limits)
    if most is None or (secrets is not None and len(secrets) <= most):
        return
    if secrets is None:
        yield Unknown("application.password_credentials")
    elif audience is None:
        yield Unknown("application.sign_in_audience")
    else:
        yield Hit(
            "passwordCredentials",
            place(application, "password_credentials"),
            f"the app has {len(secrets)} secrets, and one that admits personal accounts may have {most}",
            (Related(place(application, "sign_in_audience"), "admits personal accounts"),),
            confidence=audience.confidence,
        )


def key_wrong_usage(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A flow signs with a certificate, and none of the app's keys verifies signatures (AADSTS700027)."""
    users = tuple(flow for flow in flows if flow.credential == "certificate")
    if not users:
        return
    keys = application.key_credentials
    if keys is None:
        yield Unknown("application.key_credentials")
        return
    principal = grants.service_principal if grants else None
    every = (*keys, *((principal and principal.key_credentials) or ()))
    if not every or any(_verifies(one) for one in every):
        return
    if any(one.usage is None for one in every):
        yield Unknown("application.key_credentials.usage")
    elif any(one.usage == "Verify" and one.type is None for one in every):
        yield Unknown("application.key_credentials.type")
    else:
        yield Hit(
            "keyCredentials",
            place(application, "key_credentials"),
            f"no key of the app verifies signatures, and {listed(flow.name for flow in users)} "
            f"{'signs' if len(users) == 1 else 'sign'} with a certificate",
            (
                *Use(("certificate",), users).related(),
                *(Related(one.at, f"is for {one.usage}, a key of type {one.type}") for one in every),
            ),
        )


def violates_app_policy(application: Application, tenant: Tenant) -> Iterator[Hit | Unknown]:
    """The tenant allows no such credential, not for so long, or no such audience (400 when it is added)."""
    from linter.registration import app_policy  # noqa: PLC0415  few runs have the tenant's policies

    for found in app_policy.violations(application, tenant):
        if isinstance(found, Unknown):
            yield found
        else:
            yield Hit(found.subject, found.at, found.message, (found.where,), confidence=found.confidence)


def _verifies(key: Credential) -> bool:
    """Whether a key is a certificate that the service checks signatures with."""
    return key.usage == "Verify" and key.type == "AsymmetricX509Cert"
