"""What tokens say of their users, and whom it can be believed of."""

from __future__ import annotations

from collections.abc import Iterator

from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.model import NULL, Application, Flow, place
from linter.placeholder import has_placeholder
from linter.registration.limits import admits_personal, audience_of, may_admit_personal
from linter.sign_in.authority import serves_customers
from linter.typed import Final
from linter.wording import listed


def app_roles_with_personal(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """Roles for users, while personal accounts sign in: these are not supported together.

    Roles for applications alone are how Azure AD B2C, whose apps have this audience too, protects an API.
    """
    if not may_admit_personal(application, entra):
        return
    roles = application.app_roles
    if roles is None:
        yield Unknown("application.app_roles")
        return
    if all("User" not in (role.allowed_member_types or ("User",)) for role in roles):
        return
    if _is_for_customers(flows, entra):
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
    elif row is not None and not row.app_roles:
        yield Hit(
            "appRoles",
            place(application, "app_roles"),
            "roles for users are defined, and they are not supported where personal accounts sign in",
            admits_personal(application),
        )


def optional_claims_personal(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """Claims are asked for that tokens of personal accounts do not have.

    In a customer directory the audience means whoever that lets in, and its policies make the claims.
    """
    if not may_admit_personal(application, entra):
        return
    claims = application.optional_claims
    if claims is None:
        yield Unknown("application.optional_claims")
        return
    named = dict.fromkeys(claim.value for claim in (*(claims.id_token or ()), *(claims.access_token or ())))
    if not named or _is_for_customers(flows, entra):
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
        return
    if row is None or not row.personal:
        return
    lacking = [name for name in named if name not in entra.personal_claims and not has_placeholder(name)]
    if lacking:
        accounts = "personal accounts sign in as well" if row.work else "only personal accounts sign in"
        yield Hit(
            "optionalClaims",
            claims.at,
            f"{accounts}, and their tokens do not have {listed(lacking)}",
            admits_personal(application),
            severity="note" if row.work else None,
        )


def accept_mapped_claims_multitenant(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Other tenants use the app, and it takes claims that a policy of theirs has changed."""
    row = audience_of(application, entra)
    if row is None or (not isinstance(row, Unknown) and not row.multi_tenant):
        return
    api = application.api
    if api is None or api.accept_mapped_claims is None:
        # Null is the default, which is false; an app of which nothing is said may have anything.
        if api is None or application.completeness != "full":
            yield Unknown("application.api.accept_mapped_claims")
        return
    if not api.accept_mapped_claims:
        return
    if isinstance(row, Unknown):
        yield row
    else:
        at = place(api, "accept_mapped_claims")
        yield Hit(
            "api.acceptMappedClaims",
            at,
            "`acceptMappedClaims` is true, so that any tenant with the app can write claims into its tokens",
            (Related(place(application, "sign_in_audience"), "admits other tenants"),),
            edits=(Edit("replace", at, value=False),),
            safe=False,  # a claims mapping that is in use needs a signing key first
        )


def groups_claim_overage(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The signed-in user is in more groups than the groups claim holds, and so it is left out.

    Groups that hold the user's groups count as well, so the direct ones alone only understate it.
    """
    sign_ins = [flow for flow in flows if _may_name_groups(flow)]
    if not sign_ins:
        return
    claims = application.group_membership_claims
    if claims is None:
        yield Unknown("application.group_membership_claims")
        return
    if claims is NULL or not any(word.strip().lower() in _ALL_GROUPS for word in claims.split(",")):
        return
    for flow in sign_ins:
        groups = flow.user.groups if flow.user is not None else None
        if groups is None:
            yield Unknown("user.groups")
            continue
        limit = entra.limit("groups_in_implicit_token" if flow.type == "implicit" else "groups_in_token")
        if flow.user is not None and len(groups) > limit.most:
            in_groups = f"the user of `{flow.name}` is in {len(groups)} groups"
            yield Hit(
                f"groupMembershipClaims {flow.name}",
                place(application, "group_membership_claims"),
                f"{in_groups}, and its token names {limit.most} at most",
                (Related(flow.user.at.child("groups"), f"{len(groups)} groups"),),
                confidence=limit.confidence,
            )


#: Values that put groups into tokens whether they are assigned to the app or not, in lower case.
_ALL_GROUPS: Final = ("all", "securitygroup")
_SIGN_INS: Final = ("authorization_code", "hybrid", "implicit", "device_code")


def _may_name_groups(flow: Flow) -> bool:
    """Whether a user signs in who may be in groups: personal accounts are in none."""
    return flow.type in _SIGN_INS and not (flow.user is not None and flow.user.account == "personal")


# --- customer directories -----------------------------------------------------------------------


def _is_for_customers(flows: tuple[Flow, ...] | None, entra: Entra) -> bool:
    """Whether all flows are known to sign in at customer directories (Azure AD B2C, External ID)."""
    return bool(flows) and all(serves_customers(flow, entra) for flow in flows or ())
