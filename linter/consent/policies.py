"""What the consent policies that a tenant assigns to all users let them consent to.

A user needs one policy that allows a consent; what another one excludes does not matter. A policy allows
what one of its includes describes and none of its excludes. Microsoft's built-in policies are known by
their ids. Source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.records import GRAPH, Permission
from linter.entra import Entra
from linter.model import NULL, Null
from linter.typed import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import PermissionGrantCondition, PermissionGrantPolicy, Tenant

# How an assigned policy is written that is about users' consent for themselves, in lower case; those for
# groups and chats they own begin with another word.
_FOR_SELF: Final = "managepermissiongrantsforself."

_ANY: Final = frozenset({"all", "any"})


class Client(NamedTuple):
    """What policies ask of the app. `local`: it is registered in the tenant. None is unknown.

    `publisher` is the id of the verified publisher, NULL where the app has none.
    """

    app_id: str | None = None
    home: str | None = None
    publisher: str | Null | None = None
    local: bool | None = None


class Verdict(NamedTuple):
    """Whether something is allowed; None where that hangs on the unstated fields `lacks`."""

    allows: bool | None
    lacks: tuple[str, ...] = ()


YES: Final = Verdict(allows=True)
NO: Final = Verdict(allows=False)


def assigned(tenant: Tenant | None) -> tuple[str, ...] | None:
    """The ids of the policies that decide what users may consent to for themselves.

    `()` is no consent by users at all, None is not known.
    """
    policy = tenant.authorization_policy if tenant is not None else None
    if policy is None or policy.permission_grant_policies is None:
        return None
    return tuple(
        written[len(_FOR_SELF) :]
        for written in policy.permission_grant_policies
        if written.lower().startswith(_FOR_SELF)
    )


def users_may(
    permission: Permission, client: Client, policies: Iterable[str], tenant: Tenant, entra: Entra
) -> Verdict:
    """Whether one of the assigned policies lets users consent to a delegated permission."""
    return _any(_allows(policy, permission, client, tenant, entra) for policy in policies)


def _allows(policy_id: str, permission: Permission, client: Client, tenant: Tenant, entra: Entra) -> Verdict:
    known = entra.consent_policy(policy_id)
    record = _record(policy_id, tenant)
    if known is None or (known.lets == "managed" and record is not None and record.excludes):
        # Microsoft changes what it manages: where the tenant shows it, that is newer than any table.
        return _by_conditions(record, permission, client, tenant)
    if permission.admin_consent:
        return NO
    if known.lets == "consentable":
        return YES
    if known.lets == "low":
        return _all(
            (_is_classified(permission, "low", tenant), _any((_is_verified(client), _is_local(client))))
        )
    excluded = entra.is_consent_excluded(permission.resource, permission.value)
    if known.lets == "managed":
        return NO if excluded else YES
    if not excluded or client.app_id is None:
        return NO if not excluded else Verdict(None, ("application.app_id",))
    return YES if client.app_id in entra.consent_mail_clients else NO


def _record(policy_id: str, tenant: Tenant) -> PermissionGrantPolicy | None:
    for policy in tenant.permission_grant_policies or ():
        if policy.id is not None and policy.id.lower() == policy_id.lower():
            return policy
    return None


# --- a policy's conditions --------------------------------------------------------------------


def _by_conditions(
    record: PermissionGrantPolicy | None, permission: Permission, client: Client, tenant: Tenant
) -> Verdict:
    if record is None or record.includes is None or record.excludes is None:
        return Verdict(None, ("tenant.permission_grant_policies",))
    included = _any(_matches(one, permission, client, tenant) for one in record.includes)
    excluded = _any(_matches(one, permission, client, tenant) for one in record.excludes)
    return _all((included, _not(excluded)))


def _matches(
    condition: PermissionGrantCondition, permission: Permission, client: Client, tenant: Tenant
) -> Verdict:
    """Whether all of one condition set fits. What it leaves out is its default, everything."""
    return _all(_parts(condition, permission, client, tenant))


def _parts(
    condition: PermissionGrantCondition, permission: Permission, client: Client, tenant: Tenant
) -> Iterator[Verdict]:
    kind = (condition.permission_type or "delegated").lower()
    yield (
        YES
        if kind == "delegated" or (kind == "delegateduserconsentable" and not permission.admin_consent)
        else NO
    )
    yield _is_one_of(permission.id or None, condition.permissions, "catalog.permissions")
    api = condition.resource_application
    yield _is_one_of(permission.resource, None if api is None else (api,), "catalog.resources")
    yield _is_one_of(client.app_id, condition.client_application_ids, "application.app_id")
    yield _is_one_of(client.home, condition.client_application_tenant_ids, "inventory.tenant")
    publisher = condition.client_application_publisher_ids
    if publisher is not None and _ANY.isdisjoint(map(str.lower, publisher)):
        yield _is_published_by(client, publisher)
    if condition.client_applications_from_verified_publisher_only:
        yield _is_verified(client)
    classification = (condition.permission_classification or "all").lower()
    if classification not in _ANY:
        yield _is_classified(permission, classification, tenant)


def _is_one_of(value: str | None, listed: tuple[str, ...] | None, field: str) -> Verdict:
    names = frozenset(map(str.lower, listed or ("all",)))
    if not _ANY.isdisjoint(names):
        return YES
    if value is None:
        return Verdict(None, (field,))
    return YES if value.lower() in names else NO


def _is_published_by(client: Client, publishers: tuple[str, ...]) -> Verdict:
    if client.publisher is NULL:
        return NO
    name = client.publisher if isinstance(client.publisher, str) else None
    return _is_one_of(name, publishers, "application.verified_publisher_id")


def _is_verified(client: Client) -> Verdict:
    if client.publisher is None:
        return Verdict(None, ("application.verified_publisher_id",))
    return NO if client.publisher is NULL else YES


def _is_local(client: Client) -> Verdict:
    if client.local is None:
        return Verdict(None, ("tenant.organization",))
    return YES if client.local else NO


def _is_classified(permission: Permission, classification: str, tenant: Tenant) -> Verdict:
    """Whether the tenant has classified a permission so. The answer that says it is one API's."""
    classified = tenant.permission_classifications
    for one in classified or ():
        same_id = bool(permission.id) and (one.permission_id or "").lower() == permission.id.lower()
        same_name = permission.resource == GRAPH and one.permission_name == permission.value
        if (same_id or same_name) and (one.classification or "").lower() == classification:
            return YES
    open_ = "delegatedPermissionClassifications" in tenant.partial or permission.resource != GRAPH
    if classified is None or open_:
        return Verdict(None, ("tenant.permission_classifications",))
    return NO


# --- three values -----------------------------------------------------------------------------


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    found = tuple(verdicts)
    if any(one.allows for one in found):
        return YES
    lacks = tuple(dict.fromkeys(field for one in found if one.allows is None for field in one.lacks))
    return Verdict(None, lacks) if lacks else NO


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    return _not(_any(_not(one) for one in verdicts))


def _not(verdict: Verdict) -> Verdict:
    return verdict if verdict.allows is None else Verdict(not verdict.allows)
