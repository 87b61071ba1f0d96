"""Credentials: how long they last."""

from __future__ import annotations

from collections.abc import Iterator

from linter import days, subject
from linter.entra import Entra
from linter.finding import Confidence, Hit, Predicts, Related, Unknown
from linter.model import Application, Credential, Flow, Grants
from linter.registration import credentials
from linter.registration.credentials import FIELDS, KINDS, Use, first_day, last_day
from linter.typed import Final

_WINDOW_DAYS: Final = 30


def expired(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Every credential of a kind that the app uses has ended (AADSTS7000222, AADSTS700027)."""
    for use in credentials.uses(application, flows, entra):
        held = {kind: credentials.held(application, grants, kind) for kind in use.kinds}
        every = [one for found in held.values() for one in found or ()]
        if any(last_day(one) >= today for one in every):
            continue
        federated = credentials.federated(application, grants)
        if not use.stated and federated:
            continue  # it may well prove itself with those
        unknown = [*credentials.unlisted(held), *credentials.undated(every, "end_date_time")]
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
    for use in credentials.uses(application, flows, entra):
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
            hit = _ends(last, later, use)
            # Whoever changes over to another kind may well let this one end.
            replaced = not use.stated and _has_another(application, grants, last)
            yield hit._replace(severity="note") if replaced else hit


def not_yet_valid(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """No credential of a kind that the app uses is valid yet (AADSTS7000215, AADSTS700027)."""
    for use in credentials.uses(application, flows, entra):
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
            *credentials.unlisted(held),
            *credentials.undated(unclear, "start_date_time"),
            *credentials.undated(unclear, "end_date_time"),
        ]
        yield from unknown
        if not unknown:
            sure = use.stated or federated is not None
            yield _begins(future, use, "high" if sure else "medium")


# --- how long they last ------------------------------------------------------------------------


def _age(credential: Credential) -> tuple[str, str]:
    """Sorts by end; the id decides between equals, so that the order of the file does not."""
    return credential.end_date_time or "", credential.key_id or ""


def _has_another(application: Application, grants: Grants | None, ending: Credential) -> bool:
    """Whether the app has a federated credential, or one of another kind that lasts longer."""
    if credentials.federated(application, grants):
        return True
    others = [credentials.held(application, grants, kind) for kind in KINDS if kind != ending.kind]
    return any(last_day(one) > last_day(ending) for found in others for one in found or ())


def _short_lived(credential: Credential) -> bool:
    """Whether it was made for so few days that only something automatic can renew it."""
    start = first_day(credential)
    return bool(start) and _in_window(start, last_day(credential))


def _in_window(first: str, last: str) -> bool:
    """Whether `last` is at most the window's days after `first`; both are ISO dates."""
    return days.between(first, last) <= _WINDOW_DAYS


# --- words -------------------------------------------------------------------------------------


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
