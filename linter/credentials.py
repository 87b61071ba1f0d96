"""What an app can prove itself with: the secrets, certificates and federated credentials it holds."""

from __future__ import annotations

from linter.model import Application, Credential, FederatedIdentityCredential, Flow, Grants, ServicePrincipal
from linter.typed import Final, Literal

Kind = Literal["secret", "certificate"]

KINDS: Final[tuple[Kind, ...]] = ("secret", "certificate")

FIELDS: Final = {
    "secret": "password_credentials",
    "certificate": "key_credentials",
    "federated": "federated_identity_credentials",
}
"""The field of the registration that holds each kind, for places and `Unknown`."""

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
    return tuple(one for one in (*own, *(further or ())) if one.usage in (None, "Verify"))


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


def _listed(holder: Application | ServicePrincipal, kind: Kind) -> tuple[Credential, ...] | None:
    return holder.password_credentials if kind == "secret" else holder.key_credentials
