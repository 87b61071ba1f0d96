"""Federated credentials: what the directory refuses, and what it takes for something else."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import Application, FederatedIdentityCredential, Flow, Grants, Inventory
from linter.placeholder import has_placeholder
from linter.registration import credentials, federation
from linter.sign_in import cloud
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

_TAKEN_FOR_ANOTHER: Final = {"issuer": Predicts(aadsts=(700211,)), "subject": Predicts(aadsts=(700213,))}


def fic_limit(
    application: Application, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An app has more federated credentials than the directory lets it have."""
    found = credentials.federated(application, grants)
    if found is None:
        yield credentials.UNSEEN_FEDERATED
        return
    most = entra.federated_limit("credentials").most if found else 0
    if len(found) > most:
        yield Hit(
            "federatedIdentityCredentials",
            found[most].at,
            f"the app has {len(found)} federated credentials, and may have {most}",
        )


def fic_duplicate_issuer_subject(
    application: Application, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """Two federated credentials trust the same issuer and subject."""
    found = credentials.federated(application, grants)
    if found is None:
        yield credentials.UNSEEN_FEDERATED
    first: dict[tuple[str, str], FederatedIdentityCredential] = {}
    for one in found or ():
        if one.issuer is None:
            yield Unknown("application.federated_identity_credentials.issuer")
            continue
        if one.subject is None:
            if one.claims_matching_expression is None:
                yield Unknown("application.federated_identity_credentials.subject")
            continue
        earlier = first.setdefault((one.issuer, one.subject), one)
        if earlier is not one:
            same = earlier.audiences is not None and earlier.audiences == one.audiences
            removable = federation.is_written(application) and same
            yield Hit(
                subject.of_federated(one),
                one.at,
                f"`{one.subject}` of `{one.issuer}` is trusted a second time",
                (Related(earlier.at, "trusts the same"),),
                edits=(Edit("remove", one.at),) if removable else (),
            )


def fic_audience(
    application: Application,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """A federated credential names another audience than the cloud's, or not exactly one."""
    found = credentials.federated(application, grants)
    if found is None:
        yield credentials.UNSEEN_FEDERATED
    for one in found or ():
        if one.audiences is None:
            yield Unknown("application.federated_identity_credentials.audiences")
        elif not any(map(has_placeholder, one.audiences)):
            stated = cloud.of_app(inventory, tenant, entra)
            usual = [row.federated_audience for row in (stated.clouds if stated else entra.clouds)]
            hit = _audience(one, usual, inventory.flows if inventory else ())
            if hit is not None:
                yield hit if federation.is_written(application) else hit._replace(edits=())


def fic_wildcard_or_whitespace(
    application: Application, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A federated credential has a blank around its issuer, subject or name, a wildcard, or a bad name."""
    found = credentials.federated(application, grants)
    if found is None:
        yield credentials.UNSEEN_FEDERATED
    for one in found or ():
        for field, text in (("issuer", one.issuer), ("subject", one.subject), ("name", one.name)):
            if text is None or has_placeholder(text):
                continue
            edits: tuple[Edit, ...] = ()
            if text != text.strip():
                what = f"the {field} of a federated credential begins or ends with a blank"
                if federation.is_written(application):
                    edits = (Edit("replace", one.at.child(field), text.strip()),)
            elif "*" in text and field != "name":
                what = (
                    f"`{text}` has a wildcard, and the {field} of a federated credential is taken literally"
                )
            elif (
                field == "name"
                and not federation.is_name(text, entra)
                and not federation.is_stored(application, grants)
            ):
                what = f"`{text}` is no name of a federated credential"
            else:
                continue
            yield Hit(
                subject.of_federated(one),
                one.at.child(field),
                what,
                predicts=_TAKEN_FOR_ANOTHER.get(field, Predicts(status=400)),
                edits=edits,
                safe=False,  # who is trusted is a decision
            )


def fic_flexible_exclusive(application: Application, grants: Grants | None = None) -> Iterator[Hit | Unknown]:
    """A federated credential has both a subject and an expression over claims."""
    found = credentials.federated(application, grants)
    if found is None:
        yield credentials.UNSEEN_FEDERATED
    for one in found or ():
        if one.subject and one.claims_matching_expression:
            at = one.at.child("subject")
            yield Hit(
                subject.of_federated(one),
                at,
                "a federated credential has a subject or an expression over claims, and this one has both",
                (Related(one.at.child("claimsMatchingExpression"), "an expression over claims"),),
                edits=(Edit("remove", at),) if federation.is_written(application) else (),
                safe=False,  # which of the two is meant is not written
            )


def _audience(one: FederatedIdentityCredential, usual: list[str], flows: tuple[Flow, ...]) -> Hit | None:
    """What is wrong with the audiences of a federated credential."""
    audiences = one.audiences or ()
    at = one.at.child("audiences")
    name = subject.of_federated(one)
    if len(audiences) != 1:
        count = "no audience" if not audiences else f"{len(audiences)} audiences"
        return Hit(
            name,
            at if audiences else one.at,
            f"a federated credential has exactly one audience, and this one has {count}",
            predicts=Predicts(status=400),
            edits=(Edit("set", one.at, [usual[0]], "audiences"),),
            safe=False,  # who is trusted is a decision
        )
    written = audiences[0]
    sender = next((flow for flow in flows if federation.sends(flow, one)), None)
    asked = sender.client_assertion.audience if sender and sender.client_assertion else None
    if sender is not None and asked is not None:
        if asked == written or has_placeholder(asked):
            return None
        related = Related(
            federation.member(sender, "audience"), f"`{sender.name}` sends a token for `{asked}`"
        )
        return Hit(
            name,
            at,
            f"`{sender.name}` sends a token for `{asked}`, and the federated credential takes `{written}`",
            (related,),
            edits=(Edit("replace", at, [asked]),),
            safe=False,
        )
    if written in usual:
        return None
    return Hit(
        name,
        at,
        f"`{written}` is not the audience that Entra recommends, `{usual[0]}`",
        severity="warning",
        edits=(Edit("replace", at, [usual[0]]),),
        safe=False,  # the issuer must put the same into its tokens
    )
