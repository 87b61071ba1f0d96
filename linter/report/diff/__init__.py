"""A privilege diff as text: one module per format, each a pure `render`; the sentences that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter import wording
from linter.catalog.records import GRAPH
from linter.errors import Problem
from linter.holdings import State
from linter.privilege_diff import AppDiff, Change, Declaration, Diff, Setting, Use
from linter.report import Asked, counted
from linter.subject import of_request
from linter.typed import Final, NamedTuple

#: More calls than these are counted, for one permission.
MOST_USES: Final = 4

Quote = Callable[[str], str]

_TYPES: Final = ("role", "scope")


class DiffReport(NamedTuple):
    """Everything that a report may show. `sides` is what the user calls the two.

    `left_out` are files outside of the Git repository that was asked.
    """

    diff: Diff
    problems: tuple[Problem, ...]
    sides: tuple[str, str]
    left_out: tuple[str, ...]
    catalog: Asked


def summary(diff: Diff) -> str:
    """How much changed, in a line without its end: `1 added, 2 removed in 1 app; 3 apps unchanged`."""
    counts = [f"{number} {kind}" for kind, number in diff.counts().items() if number]
    settings = sum(len(app.settings) for app in diff.apps)
    if settings:
        counts.append(counted(settings, "other setting"))
    changed = f"{', '.join(counts) or 'nothing changed'} in {counted(len(diff.apps), 'app')}"
    unchanged = f"{counted(diff.unchanged, 'app')} unchanged"
    if diff.unstated:
        unchanged += f" ({diff.unstated} of them not stating all permissions)"
    parts = ([changed] if diff.apps else []) + ([unchanged] if diff.unchanged else [])
    return "; ".join(parts) or "nothing to compare"


def left_out(report: DiffReport, quote: Quote) -> Iterator[str]:
    """A sentence for every file that was not compared."""
    for path in report.left_out:
        yield f"{quote(path)} lies in no repository or in another one, like a submodule, and was not compared"


# --- one permission ---------------------------------------------------------------------------


def type_of(one: Declaration, quote: Quote) -> str:
    """`application` or `delegated`, else the type as written."""
    return wording.kind(one.type) if one.type.lower() in _TYPES else quote(one.type)


#: What is said of a permission that could not be resolved.
STATES: Final[dict[State, str]] = {
    "known": "",
    "other-type": "published as another type only",
    "unknown": "not published",
    "unverifiable": "not to be verified here",
    "open": "a placeholder",
}


def level(change: Change) -> str:
    """The privilege level, or both of them where it moved: `3 → 4`."""
    levels = [str(one.level or "not known") for one in (change.before, change.after) if one]
    return " → ".join(dict.fromkeys(levels))


def consent_by(one: Declaration) -> str:
    """Who can consent to a permission."""
    return {None: "not known", True: "an administrator", False: "a user"}[one.admin_consent]


def needs(change: Change, app: AppDiff, quote: Quote) -> Iterator[str]:
    """Which planned calls need what came; nothing where nothing came."""
    came = change.after
    if came is None:
        return
    if change.uses is not None:
        ordered = sorted(change.uses, key=lambda use: use.how != "needs")
        for use in ordered[:MOST_USES]:
            yield _use(use, change, quote)
        if len(ordered) > MOST_USES:
            yield f"and {counted(len(ordered) - MOST_USES, 'more call')}"
        if not ordered:
            yield _no_call(app)
    elif came.permission is None:
        yield "what needs it is not known"
    elif came.permission.resource != GRAPH:
        yield f"what needs it is not known: calls of {quote(came.api)} are not"
    else:
        yield "no calls file says what needs it"


def _use(use: Use, change: Change, quote: Quote) -> str:
    at = use.call.at
    place = quote(f"{at.source.path}:{at.source.place(at.pointer).line}")
    call = f"{quote(of_request(use.call))} of {quote(use.flow)} ({place})"
    others = wording.listed(use.others, quote=quote)
    if use.how == "needs":
        enough = (
            f", for which {quote(change.before.name)} was enough" if change.before and use.sufficed else ""
        )
        return f"needed by {call}{enough}"
    if use.how == "accepts":
        return f"accepted by {call}, but {others} covers that as well"
    if use.how == "half":
        return f"accepted by {call}, but only beside {others}"
    return f"accepted by {call}, a flow that does not ask for it"


def _no_call(app: AppDiff) -> str:
    assert app.calls_file is not None
    unknown = app.calls_file.unknown_calls
    doubt = f", and {counted(unknown, 'call')} of no known operation" if unknown else ""
    if app.calls_file.complete:
        return f"no listed call needs it; the calls file says that it lists all{doubt}"
    return f"no listed call needs it; the calls file does not say that it lists all{doubt}"


# --- one app ----------------------------------------------------------------------------------


def settings(app: AppDiff, quote: Quote) -> Iterator[str]:
    """A sentence for every changed property."""
    for setting in app.settings:
        yield f"{setting.name} {quote(setting.before)} → {quote(setting.after)}{_effect(setting)}"


def _effect(setting: Setting) -> str:
    effects = []
    if setting.opens:
        effects.append(f"lets in {' and '.join(setting.opens)}")
    if setting.closes:
        effects.append(f"shuts out {' and '.join(setting.closes)}")
    return f": {', '.join(effects)}" if effects else ""


def unstated(app: AppDiff) -> Iterator[str]:
    """What is not known of either side's permissions."""
    for side in app.unstated:
        doubt = "removed may be there still" if side == "new" else "added may have been there"
        yield f"the {side} registration does not state all that it declares: what is shown as {doubt}"


_EVERY: Final = {
    "home": "the app's own tenant",
    "customers": "every customer tenant",
    "personal": "no tenant",
    "unknown": "every tenant that uses the app",
}


def consent(app: AppDiff, quote: Quote) -> Iterator[str]:
    """Who must consent to what, and what stays granted."""
    found = app.consent
    again = " again" if app.status == "changed" else ""
    where = _EVERY[found.tenants]
    if found.everything:
        yield "for a tenant another appId is another app: nothing that it granted counts any more"
    if found.administrator:
        names = _permissions(found.administrator, quote)
        if found.tenants == "personal":
            yield f"nobody can consent to {names}: personal accounts have no administrator"
        else:
            yield f"an administrator of {where} must consent{again}, to {names}"
    if found.user:
        names = _permissions(found.user, quote)
        others = (
            ""
            if found.tenants == "personal"
            else " (where the tenant lets users consent), or an administrator for all,"
        )
        yield f"at the next sign-in each user{others} must consent{again}, to {names}"
    if found.unknown:
        names = wording.listed((one.name for one in found.unknown), quote=quote)
        yield f"who must consent to {names} is not known"
    if app.status == "changed" and found.again == "nobody":
        yield "nobody must consent again"
    if found.kept:
        names, stay = _permissions(found.kept, quote), "stays" if len(found.kept) == 1 else "stay"
        yield f"removing revokes nothing: {names} {stay} granted until revoked, tenant by tenant"


def _permissions(declarations: tuple[Declaration, ...], quote: Quote) -> str:
    groups: dict[str, list[str]] = {}
    for one in declarations:
        groups.setdefault(one.type.lower(), []).append(one.name)
    return " and ".join(
        wording.permissions(names, type_, quote) if type_ in _TYPES else wording.listed(names, quote=quote)
        for type_, names in groups.items()
    )
