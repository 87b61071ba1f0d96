"""The conditions of a Conditional Access policy, one by one: is a flow meant by it, and is it an exception?

Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-conditions
and its neighbours on users, target resources, network and workload identities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from linter.conditional_access.audience import PolicyAudience, is_confidential
from linter.conditional_access.network import inside
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.model import NULL, Application, Flow, Grants, Person
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import ConditionalAccessPolicy, Tenant


class SignIn(NamedTuple):
    """A flow as policies see it; `audiences` are the apps whose policies it meets."""

    flow: Flow
    application: Application | None
    grants: Grants | None
    tenant: Tenant
    entra: Entra
    audiences: tuple[PolicyAudience, ...]
    today: str


class Part(NamedTuple):
    """What one condition says: whether the flow is included, and excluded; None where that is open.

    `lacks` are the fields that somebody could state and that would decide.
    """

    included: bool | None
    excluded: bool | None = False
    lacks: tuple[str, ...] = ()

    @property
    def is_in(self) -> bool:
        """Whether the condition is certainly met."""
        return self.included is True and self.excluded is False

    @property
    def is_out(self) -> bool:
        """Whether it is certainly not met."""
        return self.included is False or self.excluded is True


_MET: Final = Part(included=True)
_OPEN: Final = Part(included=None)
_NOT_MET: Final = Part(included=False)


class _Answer(NamedTuple):
    """Whether something is so; None is open, for want of a field or for good."""

    holds: bool | None
    lacks: str = ""


_NO: Final = _Answer(holds=False)


def _any(answers: Iterable[_Answer]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether one of them holds, and what would decide."""
    seen = tuple(answers)
    if any(one.holds for one in seen):
        return True, ()
    open_ = [one for one in seen if one.holds is None]
    return (None if open_ else False), tuple(one.lacks for one in open_ if one.lacks)


def _part(included: Iterable[_Answer], excluded: Iterable[_Answer]) -> Part:
    meant, lacks = _any(included)
    if meant is False:
        return _NOT_MET
    taken_out, exceptions = _any(excluded)
    return Part(meant, taken_out, (*lacks, *exceptions))


# --- who ---------------------------------------------------------------------------------------


def who(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """Users, or workload identities: never both in one policy."""
    if sign_in.flow.access == "application":
        return _workload(policy, sign_in)
    user = sign_in.flow.user or Person(sign_in.flow.at)
    members, entra = sign_in.tenant.group_members, sign_in.entra
    return _part(
        (
            _Answer("all" in policy.include_users),
            _among(user, policy.include_users),
            _in_groups(user, policy.include_groups, members),
            _has_role(user, policy.include_roles, entra),
            _is_guest(user, policy.include_users, some=policy.include_guests),
        ),
        (
            _Answer("all" in policy.exclude_users),
            _among(user, policy.exclude_users),
            _in_groups(user, policy.exclude_groups, members),
            _has_role(user, policy.exclude_roles, entra),
            _is_guest(user, policy.exclude_users, some=policy.exclude_guests),
        ),
    )


def _among(user: Person, listed: tuple[str, ...]) -> _Answer:
    """Whether the user is listed by object id; a sign-in name is none."""
    ids = [one for one in listed if is_guid(one)]
    if not ids:
        return _NO
    own = (user.id or "").lower()
    return _Answer(own in ids) if is_guid(own) else _Answer(None, "user.id")


def _in_groups(user: Person, groups: tuple[str, ...], members: Mapping[str, tuple[str, ...]]) -> _Answer:
    """Whether the user is in one of the groups, directly or by a group in it.

    Somebody who is in no group is in none; else a group that is not named may hold one that is.
    """
    if not groups:
        return _NO
    own = {one.lower() for one in user.groups or ()}
    held = own | ({user.id.lower()} if user.id else set())
    if own.intersection(groups) or any(held.intersection(members.get(group, ())) for group in groups):
        return _Answer(holds=True)
    return _NO if user.groups == () else _Answer(None, "user.groups" if user.groups is None else "")


def _has_role(user: Person, roles: tuple[str, ...], entra: Entra) -> _Answer:
    """Whether the user holds one of the built-in roles, given by template id; eligible ones do not count."""
    if not roles:
        return _NO
    if user.roles is None or any(map(has_placeholder, user.roles)):
        return _Answer(None, "user.roles")
    known = (entra.directory_role(name) for name in user.roles)
    held = {role.template_id.lower() for role in known if role is not None}
    return _Answer(bool(held.intersection(roles)))


def _is_guest(user: Person, users: tuple[str, ...], *, some: bool) -> _Answer:
    """Whether the user is a guest that is meant; `some`: kinds of guests, or those of some tenants."""
    all_ = "guestsorexternalusers" in users
    if not all_ and not some:
        return _NO
    if user.account is None:
        return _Answer(None, "user.account")
    if user.account != "guest":
        return _NO
    return _Answer(True if all_ else None)


def _workload(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """Single-tenant apps of the tenant alone (workload-identity)."""
    if not policy.include_service_principals and policy.service_principal_filter is None:
        return _NOT_MET
    principal = sign_in.grants.service_principal if sign_in.grants else None
    own, org = (principal.id if principal else None), sign_in.tenant.organization
    if principal and org and org.id and principal.app_owner_organization_id not in (None, org.id):
        return _NOT_MET
    application = sign_in.application
    audience = application.sign_in_audience if application else None
    if audience not in (None, NULL, "AzureADMyOrg"):
        return _NOT_MET
    single = _Answer(True if audience is not None else None, "application.sign_in_audience")
    included, excluded = policy.include_service_principals, policy.exclude_service_principals
    part = _part(
        (
            _Answer("serviceprincipalsinmytenant" in included),
            _is_principal(own, included),
            _Answer(None if _filters(policy.service_principal_filter, "include") else False),
        ),
        (
            _is_principal(own, excluded),
            _Answer(None if _filters(policy.service_principal_filter, "exclude") else False),
        ),
    )
    if single.holds or part.included is False:
        return part
    return part._replace(included=None, lacks=(single.lacks, *part.lacks))


def _is_principal(own: str | None, listed: tuple[str, ...]) -> _Answer:
    ids = [one for one in listed if is_guid(one)]
    if not ids:
        return _NO
    return _Answer(None, "grants.service_principal") if own is None else _Answer(own.lower() in ids)


def _filters(rule: str | None, mode: str) -> bool:
    """Whether there is a filter of this mode: what it matches, nobody can tell from here."""
    return rule is not None and (rule.split() or [""])[0].lower() in (mode, "")


# --- what for ----------------------------------------------------------------------------------

_ALL_OR_NONE: Final = frozenset({"all", "none"})


def what_for(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """The APIs and apps that the policy is about; one of those that the flow asks for suffices.

    Policies about user actions and authentication contexts are about no token.
    """
    if not policy.include_applications and policy.application_filter is None:
        return _NOT_MET
    parts = [_audience(policy, one, sign_in) for one in sign_in.audiences]
    return max(parts, key=_certainty, default=_NOT_MET)


def _certainty(part: Part) -> int:
    if part.is_in or part.is_out:
        return 3 if part.is_in else 0
    return 2 if part.included else 1


def _audience(policy: ConditionalAccessPolicy, audience: PolicyAudience, sign_in: SignIn) -> Part:
    included, excluded = policy.include_applications, policy.exclude_applications
    filtered_in = _filters(policy.application_filter, "include")
    filtered_out = _filters(policy.application_filter, "exclude")
    spares = audience.baseline and (excluded or filtered_out)
    if spares and sign_in.today < sign_in.entra.enforcement("baseline-scopes").starts:
        return _NOT_MET  # such policies did not see baseline scopes alone
    return _part(
        (
            _Answer("all" in included),
            *_meant(included, audience, sign_in),
            _Answer(None if filtered_in else False),
        ),
        (
            *_meant(excluded, audience, sign_in),
            _Answer(None if filtered_out else False),
        ),
    )


def _meant(targets: tuple[str, ...], audience: PolicyAudience, sign_in: SignIn) -> Iterator[_Answer]:
    """Whether the audience is one of the targets, by its id or by a name that stands for several."""
    app_id, entra, application = audience.app_id, sign_in.entra, sign_in.application
    if app_id is None:
        if not _ALL_OR_NONE.issuperset(targets):
            yield _Answer(None, _unsaid(sign_in))
        return
    if not entra.names_in_policies(app_id).isdisjoint(targets):
        yield _Answer(holds=True)
        return
    own = application is not None and (application.app_id or "").lower() == app_id
    if own or entra.resource(app_id):
        return
    # A name stands for more of Microsoft's APIs than our tables know.
    if any(target not in _ALL_OR_NONE and not is_guid(target) for target in targets):
        yield _Answer(None)


def _unsaid(sign_in: SignIn) -> str:
    """The field that would say more of what the flow asks for; the empty string where there is none."""
    flow, application = sign_in.flow, sign_in.application
    if flow.access == "application":
        return ""
    if flow.scopes is None or any(has_placeholder(text.value) for text in flow.scopes):
        return "flow.scopes"
    default = any(split_scope(text.value).is_default for text in flow.scopes)
    stated = application is not None and application.required_resource_access is not None
    return "application.required_resource_access" if default and not stated else ""


# --- how, from where ---------------------------------------------------------------------------


def client_apps(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """The kinds of client. Services that are confidential clients count as browsers."""
    kinds = policy.client_app_types
    if not kinds or "all" in kinds or sign_in.flow.access == "application":
        return _MET
    browser, native = "browser" in kinds, "mobileappsanddesktopclients" in kinds
    if browser == native:
        return Part(browser)
    flow = sign_in.flow
    if flow.type == "on_behalf_of":
        return _OPEN  # it is the caller's kind that counts
    if flow.platform == "spa" or is_confidential(flow, sign_in.application, sign_in.entra):
        return Part(browser)
    if flow.platform in ("desktop", "mobile") or flow.type == "device_code":
        return Part(native)
    return Part(None, lacks=() if flow.platform else ("flow.platform",))


_SYSTEMS: Final = ("windows", "macos", "linux", "ios", "android")
_SYSTEMS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "mobile": ("ios", "android"),
    "desktop": ("windows", "macos", "linux"),
}


def platforms(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """The operating systems; a phone's app runs on either of two.

    With a device code the user signs in elsewhere, on whatever device is at hand.
    """
    included, excluded = policy.include_platforms, policy.exclude_platforms
    if not included and not excluded:
        return _MET
    flow = sign_in.flow
    elsewhere = flow.type == "device_code"
    stated = flow.device.os if flow.device and not elsewhere else None
    own = _SYSTEMS_OF.get("" if elsewhere else flow.platform or "", (*_SYSTEMS, "another"))
    if stated is not None:
        own = (stated,)
    meant = True if not included or "all" in included else _all_or_none(own, included)
    lacks = () if elsewhere or stated else ("flow.device.os",)
    return Part(meant, _all_or_none(own, excluded), lacks)


def _all_or_none(own: tuple[str, ...], listed: Iterable[str]) -> bool | None:
    found = sum(1 for one in own if one in listed)
    return found == len(own) if found in (0, len(own)) else None


def locations(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """Where the sign-in comes from: the address that the service sees."""
    included, excluded = policy.include_locations, policy.exclude_locations
    if not included and not excluded:
        return _MET
    meant = _Answer(holds=True) if included is None or "all" in included else _located(included, sign_in)
    return _part((meant,), (_located(excluded, sign_in),))


def _located(names: tuple[str, ...], sign_in: SignIn) -> _Answer:
    """Whether all sign-ins come from these locations; `alltrusted` are all that are marked so.

    Countries, and locations that nobody listed, may hold any address.
    """
    if not names:
        return _NO
    known, flow = sign_in.tenant.named_locations, sign_in.flow
    if known is None or "namedLocations" in sign_in.tenant.partial:
        return _Answer(None, "tenant.named_locations")
    named = [one for one in known if one.id in names or ("alltrusted" in names and one.is_trusted)]
    ranges = [text for one in named for text in one.ip_ranges or ()]
    closed = all(one.ip_ranges is not None for one in named) and {one.id for one in named}.issuperset(
        name for name in names if name != "alltrusted"
    )
    if closed and not ranges:
        return _NO
    if not flow.ip_ranges:
        return _Answer(None, "flow.ip_ranges" if ranges else "")
    met = inside(flow.ip_ranges, ranges)
    return _Answer(met) if met or closed else _Answer(None)


def transfers(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """Device code and authentication transfer; a session that began with one is refreshed as such."""
    wanted = [one for one in policy.authentication_flows if one != "none"]
    if not wanted:
        return _MET
    if sign_in.flow.type == "refresh_token":
        return _OPEN
    return Part(sign_in.flow.type == "device_code" and "devicecodeflow" in wanted)


def at_run_time(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Part:
    """Risk and the device's properties, which only the sign-in itself shows."""
    risk = (
        policy.service_principal_risk_levels
        if sign_in.flow.access == "application"
        else policy.sign_in_risk_levels + policy.user_risk_levels + policy.insider_risk_levels
    )
    if risk:
        return _OPEN
    if policy.device_filter is None:
        return _MET
    if _filters(policy.device_filter, "include"):
        return _OPEN
    return Part(included=True, excluded=None)


ALL: Final[tuple[Callable[[ConditionalAccessPolicy, SignIn], Part], ...]] = (
    transfers,
    who,
    what_for,
    client_apps,
    platforms,
    locations,
    at_run_time,
)
"""Every condition, the cheap ones first; a policy applies where all are met."""
