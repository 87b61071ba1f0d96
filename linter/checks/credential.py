"""Credentials: whether what the app proves itself with works, for how long, and how well it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from linter import days, subject
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.finding import Confidence, Edit, Hit, Predicts, Related, Unknown
from linter.model import (
    Application,
    Assertion,
    Credential,
    FederatedIdentityCredential,
    Flow,
    Grants,
    Inventory,
    place,
)
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration import credentials, federation, public_client
from linter.registration.credentials import FIELDS, KINDS, Kind, Use, first_day, last_day
from linter.registration.federation import Trust
from linter.sign_in import cloud
from linter.sign_in.audience import admitted
from linter.sign_in.authority import serves_customers
from linter.typed import TYPE_CHECKING, Final
from linter.wording import counted, listed

if TYPE_CHECKING:
    from linter.tenant import Tenant

_WINDOW_DAYS: Final = 30

_LISTS: Final[dict[Kind, str]] = {"secret": "passwordCredentials", "certificate": "keyCredentials"}
"""What Microsoft Graph calls the list of each kind, for subjects."""


# --- how long they last -----------------------------------------------------------------------


def expired(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Every credential of a kind that the app uses has ended (AADSTS7000222, AADSTS700027)."""
    for use in credentials.uses(flows, entra):
        held = {kind: credentials.held(application, grants, kind) for kind in use.kinds}
        every = [one for found in held.values() for one in found or ()]
        if any(last_day(one) >= today for one in every):
            continue
        federated = credentials.federated(application, grants)
        if not use.stated and federated:
            continue  # it may well prove itself with those
        unknown = [*_unlisted(held), *credentials.undated(every, "end_date_time")]
        yield from unknown
        if every and not unknown:
            sure = use.stated or federated is not None
            yield _expired(every, use, "high" if sure else "medium")


def expiring_soon(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """The last credential of a kind that the app uses ends within 30 days."""
    for use in credentials.uses(flows, entra):
        for kind in use.kinds:
            every = credentials.held(application, grants, kind)
            if every is None:
                yield Unknown(f"application.{FIELDS[kind]}")
                continue
            valid = [one for one in every if today <= last_day(one)]
            soon = [one for one in valid if _in_window(today, last_day(one))]
            ending = [one for one in soon if not _short_lived(one)]
            if not ending:
                continue
            last = max(ending, key=_age)
            later = [one for one in valid if one not in soon]
            if any(first_day(one) <= last_day(last) for one in later):
                continue
            if unknown := tuple(credentials.undated(every, "end_date_time")):
                yield from unknown
                continue
            yield _ends(last, later, use)


def not_yet_valid(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """No credential of a kind that the app uses is valid yet (AADSTS7000215, AADSTS700027)."""
    for use in credentials.uses(flows, entra):
        held = {kind: credentials.held(application, grants, kind) for kind in use.kinds}
        every = [one for found in held.values() for one in found or ()]
        future = [one for one in every if today < first_day(one)]
        others = [one for one in every if one not in future]
        if not future or any(one.start_date_time and today <= last_day(one) for one in others):
            continue
        federated = credentials.federated(application, grants)
        if not use.stated and federated:
            continue
        ended = [one for one in others if one.end_date_time and last_day(one) < today]
        unclear = [one for one in others if one not in ended]
        unknown = [
            *_unlisted(held),
            *credentials.undated(unclear, "start_date_time"),
            *credentials.undated(unclear, "end_date_time"),
        ]
        yield from unknown
        if not unknown:
            sure = use.stated or federated is not None
            yield _begins(future, use, "high" if sure else "medium")


# --- what they are ----------------------------------------------------------------------------


def violates_app_policy(application: Application, tenant: Tenant) -> Iterator[Hit | Unknown]:
    """The tenant allows no such credential, not for so long, or no such audience (400 when it is added)."""
    from linter.registration import app_policy  # noqa: PLC0415  few runs have the tenant's policies

    for found in app_policy.violations(application, tenant):
        if isinstance(found, Unknown):
            yield found
        else:
            yield Hit(found.subject, found.at, found.message, (found.where,), confidence=found.confidence)


def secret_instead_of_strong_credential(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """The app proves itself with a secret, which whoever reads it can use."""
    secrets = application.password_credentials
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


def on_public_only_app(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """A public client, which cannot keep a secret and is refused with one (AADSTS700025), has credentials."""
    if application.password_credentials == () and application.key_credentials == ():
        return
    if any(public_client.may_be_confidential(flow, entra) for flow in flows or ()):
        return
    if public_client.serves(application):
        return
    public = public_client.shown(application)
    if public is None:
        yield from map(Unknown, public_client.unstated(application))
        return
    held = {kind: credentials.held(application, None, kind) for kind in KINDS}
    yield from _unlisted(held)
    if not any(held.values()):
        return
    undecided = public_client.undecided(application)
    yield from map(Unknown, undecided)
    for kind, found in held.items():
        if found and not undecided:
            yield Hit(
                _LISTS[kind],
                place(application, FIELDS[kind]),
                f"the app is a public client only, and has {counted(len(found), kind)}",
                (public,),
            )


def on_service_principal(
    grants: Grants, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Credentials lie on the service principal, where the registration does not show them.

    Those of managed identities are Azure's own; a certificate that signs SAML tokens is a pair of keys,
    and a secret that protects it.
    """
    principal = grants.service_principal
    if principal is None:
        if not grants.service_principal_absent:
            yield Unknown("grants.service_principal")
        return
    if principal.service_principal_type == "ManagedIdentity":
        return
    keys, secrets = principal.key_credentials, principal.password_credentials
    if keys is None:
        yield Unknown("grants.service_principal.key_credentials")
    if secrets is None:
        yield Unknown("grants.service_principal.password_credentials")
    signing = [one for one in keys or () if one.usage == "Sign"]
    audience = admitted(application, entra)
    related = (
        (Related(place(application, "sign_in_audience"), "an app of several tenants"),)
        if application is not None and audience is not None and audience.multi_tenant
        else ()
    )
    for one in (*(secrets or ()), *(keys or ())):
        if one.usage == "Sign" or any(_belong_together(one, other) for other in signing):
            continue
        yield Hit(
            subject.of_credential(one),
            one.at,
            f"this {one.kind} lies on the app's service principal, where the registration does not show it",
            related,
        )


# --- what is configured -----------------------------------------------------------------------


def secret_not_registered(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A flow is configured with a secret that the app does not have, perhaps its id (AADSTS7000215)."""
    for flow in flows:
        if flow.secret_hint is None or flow.credential not in (None, "secret"):
            continue
        secrets = credentials.held(application, grants, "secret")
        if secrets is None:
            yield Unknown("application.password_credentials")
        elif secrets and flow.secret_hint not in {one.hint for one in secrets}:
            if any(one.hint is None for one in secrets):
                yield Unknown("application.password_credentials.hint")
            else:
                yield _unregistered(flow, secrets, grants)


def client_id_mistaken(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A flow's client id is the id of something else, or none (AADSTS700016)."""
    others = dict(_other_ids(application, grants))
    for flow in flows:
        written = (flow.client_id or "").strip().lower()
        if not written or has_placeholder(written) or "://" in written:
            continue  # an App ID URI is another name of the app
        if written == (application.app_id or "").strip().lower():
            continue
        if written in others:
            what = f"which is {others[written].label}"
            yield _mistaken(flow, application, what, (others[written],))
        elif not is_guid(written):
            yield _mistaken(flow, application, "which has not the form of one")
        elif not written.strip("0-"):
            yield _mistaken(flow, application, "which stands for none")


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


# --- federated credentials --------------------------------------------------------------------


def fic_limit(
    application: Application, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An app has more federated credentials than the directory lets it have."""
    found = credentials.federated(application, grants)
    if found is None:
        yield _NO_FEDERATED
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
        yield _NO_FEDERATED
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
        yield _NO_FEDERATED
    for one in found or ():
        if one.audiences is None:
            yield Unknown("application.federated_identity_credentials.audiences")
        elif not any(map(has_placeholder, one.audiences)):
            stated = cloud.of_app(inventory, tenant, entra)
            usual = [row.federated_audience for row in (stated.clouds if stated else entra.clouds)]
            hit = _audience(one, usual, inventory.flows if inventory else ())
            if hit is not None:
                yield hit if federation.is_written(application) else hit._replace(edits=())


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
            yield _NO_FEDERATED
        else:
            trust = federation.trust(found, assertion.issuer, assertion.subject)
            if trust.state == "open":
                yield Unknown("application.federated_identity_credentials.subject")
            elif trust.state == "refused":
                hit = _mismatch(flow, assertion, trust, found)
                yield hit if federation.is_written(application) else hit._replace(edits=())


def fic_wildcard_or_whitespace(
    application: Application, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A federated credential has a blank around its issuer, subject or name, a wildcard, or a bad name."""
    found = credentials.federated(application, grants)
    if found is None:
        yield _NO_FEDERATED
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
        yield _NO_FEDERATED
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


# --- dates ------------------------------------------------------------------------------------


def _unlisted(held: dict[Kind, tuple[Credential, ...] | None]) -> Iterator[Unknown]:
    for kind, found in held.items():
        if found is None:
            yield Unknown(f"application.{FIELDS[kind]}")


def _age(credential: Credential) -> tuple[str, str]:
    """Sorts by end; the id decides between equals, so that the order of the file does not."""
    return credential.end_date_time or "", credential.key_id or ""


def _short_lived(credential: Credential) -> bool:
    """Whether it was made for so few days that only something automatic can renew it."""
    start = first_day(credential)
    return bool(start) and _in_window(start, last_day(credential))


def _in_window(first: str, last: str) -> bool:
    """Whether `last` is at most the window's days after `first`; both are ISO dates."""
    return days.between(first, last) <= _WINDOW_DAYS


def _expired(every: list[Credential], use: Use, confidence: Confidence) -> Hit:
    *older, last = sorted(every, key=_age)
    noun = use.kinds[0] if use.stated else "credential"
    which = "" if use.stated else f", a {last.kind},"
    if older:
        what = f"all {len(every)} {noun}s of the app have expired, the last one{which} on {last_day(last)}"
    else:
        what = f"the app's only {noun}{which} expired on {last_day(last)}"
    return Hit(
        subject.of_credential(last),
        last.at,
        what,
        (*use.related(), *(Related(one.at, f"expired on {last_day(one)}") for one in reversed(older))),
        predicts=Predicts(aadsts=(credentials.AADSTS_EXPIRED[last.kind],)),
        confidence=confidence,
    )


def _ends(last: Credential, later: list[Credential], use: Use) -> Hit:
    if later:
        begins = min(map(first_day, later))
        why = f"the next one begins only on {begins}"
    else:
        why = "the app has no newer one"
    return Hit(
        subject.of_credential(last),
        last.at,
        f"this {last.kind} ends on {last_day(last)}, and {why}",
        (*use.related(), *(Related(one.at, f"begins on {first_day(one)}") for one in later)),
        predicts=Predicts(aadsts=(credentials.AADSTS_EXPIRED[last.kind],)),
    )


def _begins(future: list[Credential], use: Use, confidence: Confidence) -> Hit:
    first = min(future, key=lambda one: (first_day(one), one.key_id or ""))
    noun = use.kinds[0] if use.stated else "credential"
    return Hit(
        subject.of_credential(first),
        first.at,
        f"no {noun} of the app is valid yet, and this {first.kind} begins on {first_day(first)}",
        use.related(),
        predicts=Predicts(aadsts=(7000215 if first.kind == "secret" else 700027,)),
        confidence=confidence,
    )


# --- keys and principals ----------------------------------------------------------------------


def _verifies(key: Credential) -> bool:
    """Whether a key is a certificate that the service checks signatures with."""
    return key.usage == "Verify" and key.type == "AsymmetricX509Cert"


def _belong_together(one: Credential, signing: Credential) -> bool:
    """Whether a credential is the other half of a certificate that signs tokens, or the secret of it."""
    dates = (one.start_date_time, one.end_date_time)
    same_dates = None not in dates and dates == (signing.start_date_time, signing.end_date_time)
    return same_dates or (one.key_id is not None and one.key_id == signing.key_id)


# --- what is configured -----------------------------------------------------------------------


def _unregistered(flow: Flow, secrets: tuple[Credential, ...], grants: Grants | None) -> Hit:
    hint = (flow.secret_hint or "").lower()
    owner = next((one for one in secrets if (one.key_id or "").lower().startswith(hint)), None)
    if owner is not None:
        what = f"`{flow.name}` is configured with what begins like the id of a secret, not like its value"
        return Hit(
            subject.of_flow(flow, "secret_hint"),
            place(flow, "secret_hint"),
            what,
            (Related(owner.at, "its id begins so"),),
            fix="Configure the value of the secret; if nobody has it, add a new one.",
        )
    return Hit(
        subject.of_flow(flow, "secret_hint"),
        place(flow, "secret_hint"),
        f"the secret that `{flow.name}` is configured with begins like none of the app's secrets",
        tuple(Related(one.at, "begins otherwise") for one in secrets[:4]),
        confidence="high" if credentials.principal_is_known(grants) else "medium",
    )


def _other_ids(application: Application, grants: Grants | None) -> Iterator[tuple[str, Related]]:
    """Ids that are taken for the client id: of the credentials, and of the objects."""
    for kind in KINDS:
        for one in credentials.held(application, grants, kind) or ():
            if one.key_id:
                yield one.key_id.strip().lower(), Related(one.at, f"the id of a {kind}")
    principal = grants.service_principal if grants else None
    if principal is not None and principal.id:
        yield principal.id, Related(principal.at, "the object id of its service principal")
    if application.id:
        yield application.id.strip().lower(), Related(place(application, "id"), "the object id of the app")


def _mistaken(flow: Flow, application: Application, what: str, related: tuple[Related, ...] = ()) -> Hit:
    own = application.app_id if application.app_id and not has_placeholder(application.app_id) else None
    return Hit(
        subject.of_flow(flow, "client_id"),
        place(flow, "client_id"),
        f"`{flow.name}` takes `{flow.client_id}` for its client id, {what}",
        related,
        fix=f"Configure the app's client id, `{own}`." if own else None,
    )


# --- federated credentials --------------------------------------------------------------------

_NO_FEDERATED: Final = Unknown("grants.federated_identity_credentials")
"""They are a request of their own: what lacks is an answer of the directory."""

_TAKEN_FOR_ANOTHER: Final = {"issuer": Predicts(aadsts=(700211,)), "subject": Predicts(aadsts=(700213,))}


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
        related = Related(_member(sender, "audience"), f"`{sender.name}` sends a token for `{asked}`")
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


def _member(flow: Flow, name: str) -> At:
    assertion = flow.client_assertion
    return assertion.at.child(name) if assertion is not None else flow.at


_UNLIKE: Final = {
    "case": "in upper and lower case",
    "slash": "in a final slash",
    "blank": "in blanks around it",
    "ids": "in GitHub's ids of owner and repository",
    "wildcard": "in a wildcard, which is taken literally",
}


def _mismatch(
    flow: Flow, assertion: Assertion, trust: Trust, every: tuple[FederatedIdentityCredential, ...]
) -> Hit:
    near, field = trust.nearest, trust.field
    if near is None or trust.unlike is None:
        field = "subject" if trust.issuer_known else "issuer"
        sent = getattr(assertion, field)
        return Hit(
            subject.of_flow(flow, "client_assertion"),
            _member(flow, field),
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
        (Related(_member(flow, field), f"what `{flow.name}` sends"),),
        predicts=Predicts(aadsts=(number,)),
        edits=(Edit("replace", at, sent),),
        safe=False,  # who is trusted is a decision
    )
