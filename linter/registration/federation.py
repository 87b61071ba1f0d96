"""Which external tokens an app trusts by its federated credentials, and why it does not take another one.

Issuer and subject are compared to the letter:
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from linter.entra import Entra
from linter.model import Application, FederatedIdentityCredential, Flow, Grants
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration import credentials
from linter.typed import Final, Literal, NamedTuple

Field = Literal["issuer", "subject"]
Unlike = Literal["case", "slash", "blank", "ids", "wildcard"]


class Trust(NamedTuple):
    """What the app makes of an external token.

    `open`: something unstated, a placeholder or an expression may speak for it. Where it is `refused`,
    `nearest` is the credential that was probably meant, and `field` differs from it in no more than
    `unlike`. `issuer_known` is whether any credential has its issuer.
    """

    state: Literal["trusted", "open", "refused"]
    issuer_known: bool = False
    nearest: FederatedIdentityCredential | None = None
    field: Field = "subject"
    unlike: Unlike | None = None


def trust(every: Iterable[FederatedIdentityCredential], issuer: str, subject: str) -> Trust:
    """Whether one of the credentials trusts a token of this issuer for this subject."""
    every = tuple(every)
    if any((one.issuer, one.subject) == (issuer, subject) for one in every):
        return Trust("trusted", True)
    if any(_may_trust(one, issuer, subject) for one in every):
        return Trust("open")
    known = any(one.issuer == issuer for one in every)
    for one in every:
        if one.issuer == issuer and (unlike := _unlike(one.subject or "", subject)):
            return Trust("refused", known, one, "subject", unlike)
    for one in every:
        if one.subject == subject and (unlike := _unlike(one.issuer or "", issuer)):
            return Trust("refused", known, one, "issuer", unlike)
    return Trust("refused", known)


def sends(flow: Flow, one: FederatedIdentityCredential) -> bool:
    """Whether a flow sends a token that the credential trusts by issuer and subject."""
    assertion = flow.client_assertion
    if flow.credential != "federated" or assertion is None or one.issuer is None or one.subject is None:
        return False
    return (assertion.issuer, assertion.subject) == (one.issuer, one.subject)


def member(flow: Flow, name: str) -> At:
    """The place of a member of the external token that a flow sends."""
    return flow.client_assertion.at.child(name) if flow.client_assertion is not None else flow.at


def is_name(text: str, entra: Entra) -> bool:
    """Whether a text may be the name of a federated credential."""
    limit = entra.federated_limit("name")
    return (
        limit.least <= len(text) <= limit.most
        and text.isascii()
        and text[0].isalnum()
        and text.replace("-", "a").replace("_", "a").isalnum()
    )


def only_issuer(application: Application | None, grants: Grants | None) -> str | None:
    """The issuer of all federated credentials, where it is one."""
    found = credentials.federated(application, grants) if application is not None else None
    issuers = {one.issuer for one in found or ()}
    return issuers.pop() if len(issuers) == 1 else None


def token_hours(flow: Flow) -> float:
    """How long one access token of the flow lasts at most.

    60 to 90 minutes, or up to 28 hours for a client that handles claims challenges
    (https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime).
    """
    return 28 if "cp1" in (flow.capabilities or ()) else 1.5


def is_written(application: Application) -> bool:
    """Whether the registration itself holds the credentials, so that they can be changed there."""
    return application.federated_identity_credentials is not None


def is_stored(application: Application, grants: Grants | None) -> bool:
    """Whether the credentials are the directory's own, which has taken them as they are."""
    return application.completeness == "full" or (not is_written(application) and grants is not None)


def _may_trust(one: FederatedIdentityCredential, issuer: str, subject: str) -> bool:
    if one.issuer != issuer and not _is_open(one.issuer):
        return False
    if one.claims_matching_expression is not None:
        return True  # what it matches is the service's to say
    return one.subject == subject or _is_open(one.subject)


def _is_open(text: str | None) -> bool:
    return text is None or has_placeholder(text)


def _unlike(one: str, other: str) -> Unlike | None:
    """In what little what is trusted (`one`) differs from another text; None where it is more."""
    for unlike, plain in _PLAIN.items():
        if plain(one) == plain(other):
            return unlike
    head, star, tail = one.partition("*")
    if star and other.startswith(head) and other.endswith(tail.rpartition("*")[2]):
        return "wildcard"
    return None


def _without_ids(subject: str) -> str:
    """A subject of GitHub without the ids of owner and repository: `repo:o@1/r@2:ref:x` is `repo:o/r:ref:x`.

    https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
    """
    head, colon, rest = subject.partition(":")
    if head != "repo" or not colon:
        return subject
    path, colon, claims = rest.partition(":")
    names = [_without_id(name) for name in path.split("/")]
    return f"{head}:{'/'.join(names)}{colon}{claims}"


def _without_id(name: str) -> str:
    plain, at, id_ = name.rpartition("@")
    return plain if at and id_.isdecimal() else name


_PLAIN: Final[dict[Unlike, Callable[[str], str]]] = {
    "case": str.lower,
    "slash": lambda text: text.rstrip("/"),
    "blank": str.strip,
    "ids": _without_ids,
}
"""What makes two texts equal that differ in one way only."""
