"""What an app can prove itself with: the secrets, certificates and federated credentials that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from linter import days
from linter.entra import Entra
from linter.finding import Related, Unknown
from linter.model import (
    Application,
    Credential,
    FederatedIdentityCredential,
    Flow,
    Grants,
    ServicePrincipal,
    place,
)
from linter.registration import public_client
from linter.typed import Final, Literal, NamedTuple

Kind = Literal["secret", "certificate"]

KINDS: Final[tuple[Kind, ...]] = ("secret", "certificate")

FIELDS: Final = {
    "secret": "password_credentials",
    "certificate": "key_credentials",
    "federated": "federated_identity_credentials",
}
"""The field of the registration that holds each kind, for places and `Unknown`."""

UNSEEN_FEDERATED: Final = Unknown("grants.federated_identity_credentials")
"""They are a request of their own: what lacks is an answer of the directory."""

AADSTS_EXPIRED: Final[dict[Kind, int]] = {"secret": 7000222, "certificate": 700027}


def sends_one(flow: Flow) -> bool:
    """Whether the flow says which kind of credential it sends."""
    return flow.credential in FIELDS


def held(application: Application, grants: Grants | None, kind: Kind) -> tuple[Credential, ...] | None:
    """The secrets or certificates of the registration and, where it is known, of its service principal.

    None where the registration does not state them. Keys that only sign or encrypt tokens are left out.
    """
    own = _listed(application, kind)
    if own is None:
        return None
    principal = grants.service_principal if grants else None
    further = _listed(principal, kind) if principal else None
    return tuple([one for one in (*own, *(further or ())) if proves(one)])


def proves(credential: Credential) -> bool:
    """Whether the app can prove itself with it: a key may also be there to sign or encrypt tokens."""
    return credential.usage in (None, "Verify")


def unlisted(held: Mapping[Kind, tuple[Credential, ...] | None]) -> Iterator[Unknown]:
    """The kinds of which nobody says what the app holds."""
    for kind, found in held.items():
        if found is None:
            yield Unknown(f"application.{FIELDS[kind]}")


def federated(
    application: Application, grants: Grants | None
) -> tuple[FederatedIdentityCredential, ...] | None:
    """The federated credentials; None where nobody states them.

    They are a request of their own: an export of the registration holds them only if it was asked to
    expand them, else the answer lies with the grants.
    """
    found = application.federated_identity_credentials
    if found is None and grants is not None:
        return grants.federated_identity_credentials
    return found


def principal_is_known(grants: Grants | None) -> bool:
    """Whether the credentials of the service principal, which an app may use as well, were seen."""
    if grants is None:
        return False
    principal = grants.service_principal
    if principal is None:
        return grants.service_principal_absent
    return principal.password_credentials is not None and principal.key_credentials is not None


# --- who needs which --------------------------------------------------------------------------


class Use(NamedTuple):
    """Kinds of credential that `flows` may send: one kind where they state it, else any."""

    kinds: tuple[Kind, ...]
    flows: tuple[Flow, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether it is known which kind is sent."""
        return len(self.kinds) == 1

    def related(self) -> tuple[Related, ...]:
        """The places of the flows that send such a credential."""
        return tuple(
            Related(place(flow, "credential"), f"`{flow.name}` sends a {flow.credential}")
            if flow.credential
            else Related(place(flow, "type"), f"`{flow.name}` needs a credential")
            for flow in self.flows
        )


def uses(application: Application, flows: tuple[Flow, ...] | None, entra: Entra) -> Iterator[Use]:
    """What the app needs credentials for; without a calls file anything but a public client may need some.

    Flows that do not state the kind count only where no flow does: what a stated kind lacks is
    reported with that, and what it has serves them too.
    """
    if flows is None:
        if not public_client.is_only(application):
            yield Use(KINDS)
        return
    stated = [
        Use((kind,), users)
        for kind in KINDS
        if (users := tuple(flow for flow in flows if flow.credential == kind))
    ]
    unstated = tuple(flow for flow in flows if flow.credential is None and may_send_one(flow, entra))
    if stated:
        yield from stated
    elif unstated:
        yield Use(KINDS, unstated)


def may_send_one(flow: Flow, entra: Entra) -> bool:
    """Whether a flow of this kind may send a credential, as far as its platform is known."""
    variant = entra.flow(flow.type, flow.platform)
    return flow.type != "none" and (variant is None or variant.client in ("confidential", "by-credential"))


# --- how long they last -----------------------------------------------------------------------


def first_day(credential: Credential) -> str:
    """The day it begins; the empty string, before any day, where nobody says so."""
    return (credential.start_date_time or "")[:10]


def last_day(credential: Credential) -> str:
    """The day it ends; the empty string where nobody says so."""
    return (credential.end_date_time or "")[:10]


def lifetime(credential: Credential) -> int | None:
    """For how many days it was made; None where a date is not stated."""
    first, last = first_day(credential), last_day(credential)
    return days.between(first, last) if first and last else None


def undated(
    every: Iterable[Credential], field: Literal["start_date_time", "end_date_time"]
) -> Iterator[Unknown]:
    """The dates that are not stated."""
    for one in every:
        if getattr(one, field) is None:
            yield Unknown(f"application.{FIELDS[one.kind]}.{field}")


def _listed(holder: Application | ServicePrincipal, kind: Kind) -> tuple[Credential, ...] | None:
    return holder.password_credentials if kind == "secret" else holder.key_credentials
