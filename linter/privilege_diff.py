"""What changed between two states of registrations: permissions, the calls that need them, who must consent.

    two sides → apps paired → permissions compared → added, removed, raised, lowered, changed

Only what a registration declares is compared; what a tenant granted is another matter. `diff(B, A)` is
`diff(A, B)` with added and removed, raised and lowered, came and went exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from linter.cases import Case
from linter.catalog.names import reads, writes
from linter.catalog.records import GRAPH, Permission
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import SignInAudience
from linter.holdings import Declared, State, api_of, declared, holdings, is_tier_zero
from linter.ladder import Climb, climbs
from linter.model import Application, Call
from linter.placeholder import is_placeholder
from linter.positions import At
from linter.sign_in.audience import admitted
from linter.typed import Final, Literal, NamedTuple

Kind = Literal["added", "raised", "changed", "lowered", "removed"]
Status = Literal["came", "went", "changed"]

#: What brings most is shown first.
KINDS: Final[tuple[Kind, ...]] = ("added", "raised", "changed", "lowered", "removed")

#: The level that a gate assumes of a permission whose level nobody publishes.
UNKNOWN_LEVEL: Final = 3


class Located(NamedTuple):
    """An app and the path of its file below what was named for its side."""

    path: str
    application: Application
    case: Case


class Side(NamedTuple):
    """One state: its cases, and the paths (as in `Located`) of what could not be read."""

    located: tuple[Located, ...]
    unread: frozenset[str] = frozenset()


class Declaration(NamedTuple):
    """One declared permission, as published where its `state` is `known`, else as written.

    The states are `linter.holdings`'. `type` is `Scope` or `Role` where it is right. `level` is 1 to 4,
    `admin_consent` whether only an administrator may consent, `personal` whether it is offered to personal
    accounts: None is unknown.
    """

    api: str
    name: str
    id: str
    type: str
    state: State
    level: int | None
    tier_zero: bool
    admin_consent: bool | None
    personal: bool | None
    permission: Permission | None
    at: At


class Use(NamedTuple):
    """A planned call that accepts a permission.

    * `needs`: nothing else that the flow's token carries covers it;
    * `accepts`: `others` cover it as well;
    * `half`: only beside `others`, which the token does not carry;
    * `unasked`: the flow names its scopes, and this one is not among them.

    `sufficed` is whether the permission in whose place it came was enough.
    """

    flow: str
    call: Call
    how: Literal["needs", "accepts", "half", "unasked"]
    others: tuple[str, ...] = ()
    sufficed: bool = False


class Change(NamedTuple):
    """One permission that came, went, or took another one's place; see `heavier` for the kinds.

    `uses` are the planned calls of the new side that accept what came: None where no calls file says, or
    where nobody publishes what calls of that API need.
    """

    kind: Kind
    before: Declaration | None
    after: Declaration | None
    uses: tuple[Use, ...] | None = None


class Setting(NamedTuple):
    """A changed property of the app: `appId` or `signInAudience`.

    `opens` and `closes` say whom a new audience lets in and shuts out.
    """

    name: str
    before: str
    after: str
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()


class CallsFile(NamedTuple):
    """Whether the new side's calls files promise all calls, and how many are of no known operation."""

    complete: bool
    unknown_calls: int


class Consent(NamedTuple):
    """What must be consented to before a token carries it, by whom, and what stays granted.

    * application permissions, and delegated ones that say so, need an administrator; other delegated ones a
      user, or an administrator for all; the prompt comes at the next sign-in;
    * changing a registration grants nothing and revokes nothing, so every tenant keeps what it granted
      (`kept`) until somebody revokes it there;
    * consent belongs to an appId: with another one `everything` must be consented to.

    `tenants` is where: `home`, `customers` (every tenant that uses the app), `personal` (accounts without a
    tenant), `unknown` where the audience is not stated.

    Sources: https://learn.microsoft.com/entra/identity-platform/howto-update-permissions,
    https://learn.microsoft.com/entra/identity-platform/consent-types-developer and
    https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
    """

    tenants: Literal["home", "customers", "personal", "unknown"]
    administrator: tuple[Declaration, ...]
    user: tuple[Declaration, ...]
    unknown: tuple[Declaration, ...]
    kept: tuple[Declaration, ...]
    everything: bool

    @property
    def again(self) -> Literal["administrator", "user", "unknown", "nobody"]:
        """Who must consent at least."""
        if self.administrator:
            return "administrator"
        return "unknown" if self.unknown else "user" if self.user else "nobody"


class AppDiff(NamedTuple):
    """What changed in one app. A file is None where the app is not on that side.

    `calls_file` is None where there is none. `unstated` are the sides whose registration leaves open what it
    declares.
    """

    name: str
    app_id: str | None
    status: Status
    old_file: str | None
    new_file: str | None
    changes: tuple[Change, ...]
    settings: tuple[Setting, ...]
    consent: Consent
    calls_file: CallsFile | None
    unstated: tuple[Literal["old", "new"], ...]


class Diff(NamedTuple):
    """The apps that changed, by name, and how many did not; `unstated` of those leave permissions open."""

    apps: tuple[AppDiff, ...]
    unchanged: int
    unstated: int

    def counts(self) -> dict[Kind, int]:
        """How many changes of each kind there are."""
        kinds = [change.kind for app in self.apps for change in app.changes]
        return {kind: kinds.count(kind) for kind in KINDS}

    def arrivals(self) -> Iterator[Declaration]:
        """The permissions that came, other than in place of one that weighed more."""
        for app in self.apps:
            for change in app.changes:
                if change.after is not None and change.kind != "lowered":
                    yield change.after


def diff(old: Side, new: Side, catalog: Catalog, entra: Entra) -> Diff:
    """Compare two sides, app by app.

    An app whose counterpart may be in a file that could not be read is left out: nobody knows what changed.
    """
    apps: list[AppDiff] = []
    unchanged = unstated = 0
    for before, after in matched(old.located, new.located):
        if (after and not before and after.path in old.unread) or (
            before and not after and before.path in new.unread
        ):
            continue
        found = _app(before, after, catalog, entra)
        if found.status == "changed" and not (found.changes or found.settings):
            unchanged += 1
            unstated += bool(found.unstated)
        else:
            apps.append(found)
    apps.sort(key=lambda app: (app.name.lower(), app.new_file or app.old_file or "", app.app_id or ""))
    return Diff(tuple(apps), unchanged, unstated)


# --- which app is which -----------------------------------------------------------------------

Pair = tuple[Located | None, Located | None]


def matched(old: Sequence[Located], new: Sequence[Located]) -> Iterator[Pair]:
    """Every app of both sides once: by appId, else by path, else by a name that is unique.

    Apps with different appIds are one app only where each is alone in the file at the same path.
    """
    left, right = ({id(located): located for located in side} for side in (old, new))
    for key, may_be_one in (
        (_by_id_and_path, _always),
        (_by_id, _always),
        (_by_path_of(old, new), _always),
        (_by_path_and_name, _may_be_one),
        (_by_name_of(old, new), _may_be_one),
    ):
        for before, after in _pairs(left.values(), right.values(), key):
            if may_be_one(before, after):
                del left[id(before)], right[id(after)]
                yield before, after
    yield from ((before, None) for before in left.values())
    yield from ((None, after) for after in right.values())


Key = Callable[[Located], object]


def _pairs(left: Iterable[Located], right: Iterable[Located], key: Key) -> list[tuple[Located, Located]]:
    """Those of equal key, in the order of their files; None is no key."""
    by_key: dict[object, list[Located]] = {}
    for after in right:
        by_key.setdefault(key(after), []).append(after)
    found = []
    for before in left:
        same = by_key.get(key(before)) if key(before) is not None else None
        if same:
            found.append((before, same.pop(0)))
    return found


def _app_id(application: Application) -> str | None:
    """The appId as compared; a template's placeholder is none."""
    written = application.app_id
    return None if written is None or is_placeholder(written) else written.strip().lower()


def _by_id(located: Located) -> object:
    return _app_id(located.application)


def _by_id_and_path(located: Located) -> object:
    app_id = _app_id(located.application)
    return app_id and (app_id, located.path)


def _by_path_of(*sides: Sequence[Located]) -> Key:
    """By the path of a file that holds one app on both sides."""
    several = {path for side in sides for path in _repeated(located.path for located in side)}
    return lambda located: None if located.path in several else located.path


def _by_path_and_name(located: Located) -> object:
    return located.path, located.application.display_name


def _by_name_of(*sides: Sequence[Located]) -> Key:
    """By a display name that only one app of each side has."""
    several = {
        name for side in sides for name in _repeated(located.application.display_name for located in side)
    }

    def by_name(located: Located) -> object:
        name = located.application.display_name
        return None if name in several else name

    return by_name


def _repeated(names: Iterable[str | None]) -> set[str | None]:
    listed = list(names)
    once = dict.fromkeys(listed, 0)
    for name in listed:
        once[name] += 1
    return {name for name, times in once.items() if times > 1}


def _always(_before: Located, _after: Located) -> bool:
    return True


def _may_be_one(before: Located, after: Located) -> bool:
    one, other = _app_id(before.application), _app_id(after.application)
    return one is None or other is None or one == other


# --- one app ----------------------------------------------------------------------------------


def _app(old: Located | None, new: Located | None, catalog: Catalog, entra: Entra) -> AppDiff:
    shown = new or old
    assert shown is not None
    before, after = _declarations(old, catalog, entra), _declarations(new, catalog, entra)
    status: Status = "came" if old is None else "went" if new is None else "changed"
    settings = tuple(_settings(old.application, new.application, entra)) if old and new else ()
    calls = _calls(new, catalog, entra)
    changes = tuple(change._replace(uses=_uses(change, calls)) for change in _changes(before, after, catalog))
    return AppDiff(
        shown.case.name,
        shown.application.app_id,
        status,
        old.case.files[0] if old else None,
        new.case.files[0] if new else None,
        changes,
        settings,
        _consent(changes, settings, after, new, entra),
        None if calls is None else _calls_file(new, calls),
        _unstated(old, new),
    )


Declarations = dict[tuple[str, ...], Declaration]


def _declarations(app: Located | None, catalog: Catalog, entra: Entra) -> Declarations:
    """What a registration declares, each permission once, by what it is known by."""
    found: Declarations = {}
    for entry in (app and declared(app.application, catalog)) or ():
        found.setdefault(_identity(entry), _declaration(entry, catalog, entra))
    return found


def _identity(entry: Declared) -> tuple[str, ...]:
    """API, permission and type: by appId and name where they are known, else as written."""
    resource = entry.resource or (entry.block.resource_app_id or "").strip().lower()
    return resource, entry.written.strip().lower(), (entry.entry.type or "").strip().lower()


def _declaration(entry: Declared, catalog: Catalog, entra: Entra) -> Declaration:
    permission = entry.permission if entry.state == "known" else None
    type_ = permission.type if permission else (entry.entry.type or "?").strip()
    is_role = type_.lower() == "role"
    return Declaration(
        api_of(entry, catalog),
        entry.written or "?",
        (permission.id or entry.entry.id or "") if permission else entry.entry.id or "",
        type_,
        entry.state,
        permission.level if permission else None,
        permission is not None and is_tier_zero(permission, entra),
        # Application permissions are an administrator's to grant, whichever they are.
        True if is_role else permission.admin_consent if permission else None,
        permission.personal if permission else None,
        permission,
        entry.entry.at,
    )


def _unstated(old: Located | None, new: Located | None) -> tuple[Literal["old", "new"], ...]:
    sides: tuple[tuple[Literal["old", "new"], Located | None], ...] = (("old", old), ("new", new))
    return tuple(side for side, app in sides if app and _leaves_open(app.application))


def _leaves_open(application: Application) -> bool:
    blocks = application.required_resource_access
    return blocks is None or any(block.resource_access is None for block in blocks)


def _settings(old: Application, new: Application, entra: Entra) -> Iterator[Setting]:
    """The properties that changed; one that is not stated on both sides is not known to have."""
    before, after = _app_id(old), _app_id(new)
    if before and after and before != after:
        yield Setting("appId", before, after)
    was, becomes = admitted(old, entra), admitted(new, entra)
    written, rewritten = old.sign_in_audience, new.sign_in_audience
    if written is None or rewritten is None:
        return
    # The directory's null is a value of its own name, and a placeholder or misspelling is as written.
    shown = was.value if was else str(written), becomes.value if becomes else str(rewritten)
    if shown[0] != shown[1]:
        let_in, lets_in = (_admits(was), _admits(becomes)) if was and becomes else ((), ())
        yield Setting(
            "signInAudience",
            *shown,
            tuple(who for who in lets_in if who not in let_in),
            tuple(who for who in let_in if who not in lets_in),
        )


def _admits(audience: SignInAudience) -> tuple[str, ...]:
    kinds = (
        ("work accounts", audience.work),
        ("other tenants", audience.multi_tenant),
        ("personal accounts", audience.personal),
    )
    return tuple(who for who, let_in in kinds if let_in)


# --- permissions ------------------------------------------------------------------------------


def _changes(before: Declarations, after: Declarations, catalog: Catalog) -> list[Change]:
    """What came and went, siblings joined, in the order of `KINDS`, then of API, type and name."""
    went = [found for key, found in before.items() if key not in after]
    came = [found for key, found in after.items() if key not in before]
    changes = []
    for one, other in _siblings(went, came):
        went.remove(one)
        came.remove(other)
        weight = heavier(other, one, catalog)
        kind: Kind = "raised" if weight > 0 else "lowered" if weight < 0 else "changed"
        changes.append(Change(kind, one, other))
    changes += [Change("added", None, found) for found in came]
    changes += [Change("removed", found, None) for found in went]
    return sorted(changes, key=_order)


def _order(change: Change) -> tuple[int, tuple[str, str, str]]:
    shown = change.after or change.before
    assert shown is not None
    return KINDS.index(change.kind), (shown.api.lower(), shown.type, shown.name.lower())


def heavier(one: Declaration, other: Declaration, catalog: Catalog) -> int:
    """Whether a permission weighs more than its sibling, both published: above 0 if so, below 0 if less.

    What decides is the first of these in which they differ:

    1. tier zero: a way to Global Administrator is known from one of them only;
    2. the published privilege level, where both have one;
    3. by its name one changes things and the other only reads;
    4. the number of operations of Microsoft Graph that each opens, by itself or beside another permission.

    A sibling in the other's place is so *raised*, *lowered*, or, where nothing differs, *changed*.
    """
    if one.tier_zero != other.tier_zero:
        return int(one.tier_zero) - int(other.tier_zero)
    if one.level and other.level and one.level != other.level:
        return one.level - other.level
    if writes(one.name) and reads(other.name):
        return 1
    if reads(one.name) and writes(other.name):
        return -1
    assert one.permission is not None
    assert other.permission is not None
    return catalog.openings(one.permission) - catalog.openings(other.permission)


def _siblings(went: list[Declaration], came: list[Declaration]) -> Iterator[tuple[Declaration, Declaration]]:
    """Pairs of one that went and one that came of the same API, type and area: most alike first.

    The area is the name before its first dot, as in `User.Read.All`.
    """
    couples = [
        (one, other)
        for one in went
        for other in came
        if one.permission and other.permission and _area(one.permission) == _area(other.permission)
    ]
    # The order is the same from either side, so that the diff can be read backwards.
    couples.sort(key=lambda couple: (-_likeness(*couple), sorted((couple[0].name, couple[1].name))))
    taken: set[Declaration] = set()
    for couple in couples:
        if taken.isdisjoint(couple):
            taken.update(couple)
            yield couple


def _area(permission: Permission) -> tuple[str, str, str]:
    return permission.resource, permission.type, permission.value.partition(".")[0].lower()


def _likeness(one: Declaration, other: Declaration) -> int:
    """2 where the same objects are meant (`.All`), 1 where the same is done with them (`Read`)."""
    _, action, *objects = (*one.name.lower().split("."), "")
    _, other_action, *other_objects = (*other.name.lower().split("."), "")
    return 2 * (objects == other_objects) + (action == other_action)


# --- what needs them --------------------------------------------------------------------------


class _Planned(NamedTuple):
    """A planned call: how far it gets by what is declared, and what its flow's token carries."""

    climb: Climb
    carries: frozenset[str]


def _calls(new: Located | None, catalog: Catalog, entra: Entra) -> tuple[_Planned, ...] | None:
    """The planned calls of the new side; None where no calls file says."""
    if new is None or new.case.inventory is None:
        return None
    flows = new.case.inventory.flows
    held = {flow.name: holdings(new.application, flow, None, catalog, entra) for flow in flows}
    return tuple(
        _Planned(climb, held[climb.flow.name].of(climb.step.type) or frozenset())
        for climb in climbs(new.application, flows, None, catalog, entra)
    )


def _calls_file(new: Located | None, calls: tuple[_Planned, ...]) -> CallsFile:
    unknown = {
        id(climb.call)
        for climb, _ in calls
        if climb.step.operation is None and climb.step.rung in ("unknown-operation", "open")
    }
    return CallsFile(bool(new and new.case.inventory and new.case.inventory.complete), len(unknown))


def _uses(change: Change, calls: tuple[_Planned, ...] | None) -> tuple[Use, ...] | None:
    """The calls that accept what came; a call that two kinds of account make is listed once."""
    permission = change.after.permission if change.after else None
    if permission is None or permission.resource != GRAPH or calls is None:
        return None
    uses: dict[int, Use] = {}
    for planned in calls:
        call = planned.climb.call
        if planned.climb.step.type == permission.type and id(call) not in uses:
            use = _use(permission.value, change.before, planned)
            if use is not None:
                uses[id(call)] = use
    return tuple(uses.values())


def _use(name: str, before: Declaration | None, planned: _Planned) -> Use | None:
    """How a call uses a permission that took the place of `before`; None if it does not accept it."""
    climb, carries = planned
    accepted = climb.step.support.accepted if climb.step.support else ()
    # What covers a call may be no published alternative: `.Shared` and `.Selected` permissions.
    covering = [climb.step.alternative] if climb.step.covered else []
    covering += [one for one in accepted if carries.issuperset(one)]
    accepting = [one for one in (*covering, *accepted) if name in one]
    if not accepting:
        return None
    others = next((one for one in covering if name not in one), None)
    missing = tuple(one for one in accepting[0] if one not in carries)
    how: Literal["needs", "accepts", "half", "unasked"]
    if others is not None:
        how = "accepts"
    elif name in missing:
        how = "unasked"
    else:
        how = "half" if missing else "needs"
    sufficed = before is not None and (before.name,) in accepted
    return Use(climb.flow.name, climb.call, how, others or missing, sufficed)


# --- consent ----------------------------------------------------------------------------------


def _consent(
    changes: tuple[Change, ...],
    settings: tuple[Setting, ...],
    after: Declarations,
    new: Located | None,
    entra: Entra,
) -> Consent:
    everything = any(setting.name == "appId" for setting in settings)
    came = tuple(after.values()) if everything else tuple(change.after for change in changes if change.after)
    went = () if everything else tuple(change.before for change in changes if change.before)
    return Consent(
        _tenants(new, entra),
        tuple(one for one in came if one.admin_consent is True),
        tuple(one for one in came if one.admin_consent is False),
        tuple(one for one in came if one.admin_consent is None),
        went,
        everything,
    )


def _tenants(new: Located | None, entra: Entra) -> Literal["home", "customers", "personal", "unknown"]:
    audience = admitted(new.application, entra) if new else None
    if audience is None:
        return "unknown"
    if not audience.work:
        return "personal"
    return "customers" if audience.multi_tenant else "home"
