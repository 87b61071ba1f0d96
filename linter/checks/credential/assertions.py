"""Federated credentials: whether the app trusts the external tokens that its flows send, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import Application, Assertion, FederatedIdentityCredential, Flow, Grants, place
from linter.placeholder import has_placeholder
from linter.registration import credentials, federation
from linter.registration.federation import Trust
from linter.typed import Final

_UNLIKE: Final = {
    "case": "in upper and lower case",
    "slash": "in a final slash",
    "blank": "in blanks around it",
    "ids": "in GitHub's ids of owner and repository",
    "wildcard": "in a wildcard, which is taken literally",
}


def fic_subject_mismatch(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """The app trusts no such external token as a flow sends (AADSTS700211, AADSTS700213, AADSTS7002138)."""
    for flow in flows:
        if flow.credential != "federated":
            continue
        found = credentials.federated(application, grants)
        if found == ():
            continue  # confidential-flow-without-credential
        assertion = flow.client_assertion
        if assertion is None:
            yield Unknown("flow.client_assertion")
        elif assertion.issuer is None or has_placeholder(assertion.issuer):
            yield Unknown("flow.client_assertion.issuer")
        elif assertion.subject is None or has_placeholder(assertion.subject):
            yield Unknown("flow.client_assertion.subject")
        elif found is None:
            yield credentials.UNSEEN_FEDERATED
        else:
            trust = federation.trust(found, assertion.issuer, assertion.subject)
            if trust.state == "open":
                yield Unknown("application.federated_identity_credentials.subject")
            elif trust.state == "refused":
                hit = _mismatch(flow, assertion, trust, found)
                yield hit if federation.is_written(application) else hit._replace(edits=())


def fic_user_token_assertion(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A flow proves itself with a user's token of Entra, which takes app-only ones (AADSTS700229)."""
    for flow in flows:
        if flow.credential != "federated":
            continue
        assertion = flow.client_assertion or Assertion(flow.at)
        if assertion.access == "application":
            continue
        issuer = assertion.issuer or federation.only_issuer(application, grants)
        if issuer is None or has_placeholder(issuer):
            yield Unknown("flow.client_assertion.issuer")
            continue
        row = entra.assertion_issuer(issuer)
        if row is None or not row.entra:
            continue
        if assertion.access is None:
            yield Unknown("flow.client_assertion.access")
        else:
            yield Hit(
                subject.of_flow(flow, "client_assertion"),
                assertion.at.child("access"),
                f"`{flow.name}` proves itself with a user's token of Entra, which takes app-only ones alone",
                (Related(place(flow, "type"), "proves itself with an external token"),),
            )


def assertion_not_renewed(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A flow works longer than the external token lasts that it fetched once (AADSTS700024)."""
    for flow in flows:
        hours = flow.unattended_hours
        assertion = flow.client_assertion
        if flow.credential != "federated" or (assertion is not None and assertion.renewed):
            continue
        if hours is not None and hours <= federation.token_hours(flow):
            continue  # the first access token may last so long
        if assertion is None or assertion.renewed is None:
            if hours is not None:
                yield Unknown("flow.client_assertion.renewed")
            continue
        if hours is None:
            yield Unknown("flow.unattended_hours")
            continue
        issuer = assertion.issuer or federation.only_issuer(application, grants)
        row = entra.assertion_issuer(issuer) if issuer is not None else None
        if row is None:
            yield Unknown("flow.client_assertion.issuer" if issuer is None else "catalog.issuers")
        elif row.minutes is not None and hours > row.minutes / 60 + federation.token_hours(flow):
            yield Hit(
                subject.of_flow(flow, "client_assertion"),
                assertion.at.child("renewed"),
                f"`{flow.name}` works for {hours:g} hours with one token of {row.name}, "
                f"which lasts {row.minutes} minutes at most",
                (Related(place(flow, "unattended_hours"), f"works for {hours:g} hours"),),
                confidence=row.confidence,
            )


def _mismatch(
    flow: Flow, assertion: Assertion, trust: Trust, every: tuple[FederatedIdentityCredential, ...]
) -> Hit:
    near, field = trust.nearest, trust.field
    if near is None or trust.unlike is None:
        field = "subject" if trust.issuer_known else "issuer"
        sent = getattr(assertion, field)
        return Hit(
            subject.of_flow(flow, "client_assertion"),
            federation.member(flow, field),
            f"`{flow.name}` sends a token whose {field} is `{sent}`, which no federated credential has",
            tuple(
                Related(one.at, f"trusts `{getattr(one, field)}`") for one in every[:4] if getattr(one, field)
            ),
            predicts=Predicts(aadsts=(700213 if trust.issuer_known else 700211,)),
        )
    sent, trusted = getattr(assertion, field), getattr(near, field)
    of_subject = 7002138 if trust.unlike == "case" else 700213
    number = 700211 if field == "issuer" else of_subject
    at = near.at.child(field)
    return Hit(
        subject.of_federated(near),
        at,
        f"the app trusts `{trusted}`, and `{flow.name}` sends a token of `{sent}`, "
        f"which differs {_UNLIKE[trust.unlike]}",
        (Related(federation.member(flow, field), f"what `{flow.name}` sends"),),
        predicts=Predicts(aadsts=(number,)),
        edits=(Edit("replace", at, sent),),
        safe=False,  # who is trusted is a decision
    )
