"""Credentials: whether what the app proves itself with still works, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import credentials, subject
from linter.credentials import KINDS, Kind
from linter.entra import Entra
from linter.finding import Confidence, Hit, Predicts, Related, Unknown
from linter.model import Application, Credential, Flow, Grants, place
from linter.typed import Final, NamedTuple

_WINDOW_DAYS: Final = 30


def expired(
    application: Application,
    today: str,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Every credential of a kind that the app uses has ended (AADSTS7000222, AADSTS700027)."""
    for use in _uses(flows, entra):
        held = {kind: credentials.held(application, grants, kind) for kind in use.kinds}
        every = [one for found in held.values() for one in found or ()]
        if any(_end(one) >= today for one in every):
            continue
        federated = credentials.federated(application, grants)
        if not use.stated and federated:
            continue  # it may well prove itself with those
        unknown = [*_unlisted(held), *_undated(every)]
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
    for use in _uses(flows, entra):
        for kind in use.kinds:
            every = credentials.held(application, grants, kind)
            if every is None:
                yield Unknown(f"application.{credentials.FIELDS[kind]}")
                continue
            valid = [one for one in every if today <= _end(one)]
            soon = [one for one in valid if _in_window(today, _end(one))]
            ending = [one for one in soon if not _short_lived(one)]
            if not ending:
                continue
            last = max(ending, key=_age)
            later = [one for one in valid if one not in soon]
            if any(_start(one) <= _end(last) for one in later):
                continue
            if unknown := tuple(_undated(every)):
                yield from unknown
                continue
            yield _ends(last, later, use)


class _Use(NamedTuple):
    """Kinds of credential that `flows` may send: one kind where they state it, else any."""

    kinds: tuple[Kind, ...]
    flows: tuple[Flow, ...] = ()

    @property
    def stated(self) -> bool:
        return len(self.kinds) == 1


def _uses(flows: tuple[Flow, ...] | None, entra: Entra) -> Iterator[_Use]:
    """What the app needs credentials for; without a calls file anything may be needed.

    Flows that do not state the kind count only where no flow does: what a stated kind lacks is
    reported with that, and what it has serves them too.
    """
    if flows is None:
        yield _Use(KINDS)
        return
    stated = [
        _Use((kind,), users)
        for kind in KINDS
        if (users := tuple(flow for flow in flows if flow.credential == kind))
    ]
    unstated = tuple(flow for flow in flows if flow.credential is None and _may_send_one(flow, entra))
    if stated:
        yield from stated
    elif unstated:
        yield _Use(KINDS, unstated)


def _may_send_one(flow: Flow, entra: Entra) -> bool:
    variant = entra.flow(flow.type, flow.platform)
    return flow.type != "none" and (variant is None or variant.client in ("confidential", "by-credential"))


def _unlisted(held: dict[Kind, tuple[Credential, ...] | None]) -> Iterator[Unknown]:
    for kind, found in held.items():
        if found is None:
            yield Unknown(f"application.{credentials.FIELDS[kind]}")


def _undated(every: Iterable[Credential]) -> Iterator[Unknown]:
    for one in every:
        if one.end_date_time is None:
            yield Unknown(f"application.{credentials.FIELDS[one.kind]}.end_date_time")


def _start(credential: Credential) -> str:
    """The day it begins; the empty string, before any day, where nobody says so."""
    return (credential.start_date_time or "")[:10]


def _end(credential: Credential) -> str:
    """The day it ends; the empty string where nobody says so."""
    return (credential.end_date_time or "")[:10]


def _age(credential: Credential) -> tuple[str, str]:
    """Sorts by end; the id decides between equals, so that the order of the file does not."""
    return credential.end_date_time or "", credential.key_id or ""


def _short_lived(credential: Credential) -> bool:
    """Whether it was made for so few days that only something automatic can renew it."""
    start = _start(credential)
    return bool(start) and _in_window(start, _end(credential))


def _in_window(first: str, last: str) -> bool:
    """Whether `last` is at most the window's days after `first`; both are ISO dates."""
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])
    if months > _WINDOW_DAYS // 28 + 1:
        return False  # far off, as most are: spare them the import
    from datetime import date  # noqa: PLC0415  costs more than this module

    return (date.fromisoformat(last) - date.fromisoformat(first)).days <= _WINDOW_DAYS


def _expired(every: list[Credential], use: _Use, confidence: Confidence) -> Hit:
    *older, last = sorted(every, key=_age)
    noun = use.kinds[0] if use.stated else "credential"
    which = "" if use.stated else f", a {last.kind},"
    if older:
        what = f"all {len(every)} {noun}s of the app have expired, the last one{which} on {_end(last)}"
    else:
        what = f"the app's only {noun}{which} expired on {_end(last)}"
    return Hit(
        subject.of_credential(last),
        last.at,
        what,
        (*_users(use), *(Related(one.at, f"expired on {_end(one)}") for one in reversed(older))),
        predicts=Predicts(aadsts=(credentials.AADSTS_EXPIRED[last.kind],)),
        confidence=confidence,
    )


def _ends(last: Credential, later: list[Credential], use: _Use) -> Hit:
    if later:
        begins = min(map(_start, later))
        why = f"the next one begins only on {begins}"
    else:
        why = "the app has no newer one"
    return Hit(
        subject.of_credential(last),
        last.at,
        f"this {last.kind} ends on {_end(last)}, and {why}",
        (*_users(use), *(Related(one.at, f"begins on {_start(one)}") for one in later)),
        predicts=Predicts(aadsts=(credentials.AADSTS_EXPIRED[last.kind],)),
    )


def _users(use: _Use) -> tuple[Related, ...]:
    """The flows that send such a credential."""
    return tuple(
        Related(place(flow, "credential"), f"`{flow.name}` sends a {flow.credential}")
        if flow.credential
        else Related(place(flow, "type"), f"`{flow.name}` needs a credential")
        for flow in use.flows
    )
