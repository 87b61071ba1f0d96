"""One object that answers all questions about Microsoft's documented facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.entra import records as r
from linter.entra.addresses import audience_matches, host_matches, host_of, is_pattern, plain_audience
from linter.entra.names import fits, library_name, plain_licence
from linter.entra.scopes import split_scope
from linter.entra.tables import read
from linter.entra.templates import lies_below, plain_template
from linter.memory import cached_property
from linter.typed import TYPE_CHECKING, Final, Literal, TypeVar

if TYPE_CHECKING:
    from linter.model import Access

GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""The appId of Microsoft Graph."""


Row = TypeVar("Row")


class Entra:
    """The tables, each read when it is first asked for.

    Answers are None or empty for what no table knows; no question raises. Names, hosts and ids
    are compared without regard to upper and lower case unless the method says otherwise.
    """

    # --- APIs ---------------------------------------------------------------------------------

    @cached_property
    def resources(self) -> tuple[r.Resource, ...]:
        """Microsoft's own APIs."""
        return read("resources", r.Resource)

    def resource(self, app_id: str) -> r.Resource | None:
        """The API with this appId."""
        return self._resources_by_id.get(app_id.strip().lower())

    def resource_of_audience(self, audience: str) -> r.Resource | None:
        """The API that takes tokens for `audience`: a URI, with or without final slash, or an appId.

        A concrete host of a tenant, account or organisation is found by its pattern.
        """
        plain = plain_audience(audience)
        if found := self.resource(plain) or self._resources_by_audience.get(plain):
            return found
        return next(
            (one for pattern, one in self._audience_patterns if audience_matches(pattern, plain)), None
        )

    def resource_of_scope(self, scope: str) -> r.Resource | None:
        """The API that `scope` asks for: Microsoft Graph where it names none, None for OIDC scopes."""
        split = split_scope(scope)
        if split.oidc:
            return None
        return self.resource_of_audience(split.audience) if split.audience else self.resource(GRAPH)

    def resources_of_host(self, host: str) -> tuple[r.Resource, ...]:
        """All APIs that answer at `host` (a name or URL); () if nobody knows the host."""
        name = host_of(host)
        known = self._hosts_seen.get(name)
        if known is None:
            known = self._hosts_seen[name] = tuple(
                one
                for one in self.resources
                if any(host_matches(pattern, name) for hosts in one.hosts.values() for pattern in hosts)
            )
        return known

    @cached_property
    def trailing_slash_audiences(self) -> tuple[r.TrailingSlashAudience, ...]:
        """Audiences that are written with a final slash."""
        return read("trailing_slash_audiences", r.TrailingSlashAudience)

    def trailing_slash_audience(self, audience: str) -> r.TrailingSlashAudience | None:
        """The entry of `audience`, given with or without its slash."""
        plain = plain_audience(audience)
        return _first(row for row in self.trailing_slash_audiences if plain_audience(row.audience) == plain)

    @cached_property
    def cae_resources(self) -> tuple[r.CaeResource, ...]:
        """APIs with Continuous Access Evaluation."""
        return read("cae_resources", r.CaeResource)

    def cae_resource(self, app_id: str) -> r.CaeResource | None:
        """The entry of the API with this appId, None if it sends no claims challenges."""
        plain = app_id.strip().lower()
        return _first(row for row in self.cae_resources if row.app_id == plain)

    @cached_property
    def workload_gates(self) -> tuple[r.WorkloadGate, ...]:
        """APIs that consent alone does not open."""
        return read("workload_gates", r.WorkloadGate)

    def workload_gate(self, app_id: str, access: Access) -> r.WorkloadGate | None:
        """What the API with this appId asks of such a token besides consent."""
        plain = app_id.strip().lower()
        return _first(row for row in self.workload_gates if row.api == plain and row.access in (None, access))

    # --- clouds -------------------------------------------------------------------------------

    @cached_property
    def clouds(self) -> tuple[r.Cloud, ...]:
        """The four clouds."""
        return read("clouds", r.Cloud)

    def cloud(self, name: str) -> r.Cloud | None:
        """The cloud of this name, written as in the calls file."""
        return _first(row for row in self.clouds if row.name == name)

    def clouds_of_authority(self, host: str) -> tuple[r.Cloud, ...]:
        """The clouds that sign in at `host` (a name or URL), their working aliases included."""
        name = host_of(host)
        other = self.other_authority(name)
        also = other.clouds if other is not None and other.kind == "alias" else ()
        return tuple(row for row in self.clouds if name in row.authorities or row.name in also)

    def clouds_of_graph_host(self, host: str) -> tuple[r.Cloud, ...]:
        """The cloud whose Microsoft Graph answers at `host` (a name or URL)."""
        name = host_of(host)
        return tuple(row for row in self.clouds if name in row.graph_hosts)

    @cached_property
    def other_authorities(self) -> tuple[r.OtherAuthority, ...]:
        """Aliases, renamed and closed login hosts, and those of customer directories."""
        return read("other_authorities", r.OtherAuthority)

    def other_authority(self, host: str) -> r.OtherAuthority | None:
        """The entry of the login host `host` (a name or URL), None for a current or unknown one."""
        name = host_of(host)
        return _first(row for row in self.other_authorities if host_matches(row.host, name))

    @cached_property
    def absent_permissions(self) -> tuple[r.AbsentPermission, ...]:
        """Permissions of Microsoft Graph that some clouds do not have."""
        return read("absent_permissions", r.AbsentPermission)

    def absent_permission(self, name: str, cloud: str) -> r.AbsentPermission | None:
        """The entry that says that `cloud` lacks the permission of this name; None where none says so."""
        plain = name.strip().lower()
        return _first(
            row for row in self.absent_permissions if cloud in row.clouds and fits(plain, (row.name.lower(),))
        )

    # --- federated credentials ----------------------------------------------------------------

    @cached_property
    def assertion_issuers(self) -> tuple[r.AssertionIssuer, ...]:
        """Issuers of the external tokens that apps prove themselves with."""
        return read("assertion_issuers", r.AssertionIssuer)

    def assertion_issuer(self, issuer: str) -> r.AssertionIssuer | None:
        """The entry of an issuer, by the host in its URL."""
        name = host_of(issuer)
        return _first(row for row in self.assertion_issuers if host_matches(row.host, name))

    @cached_property
    def federated_limits(self) -> tuple[r.FederatedLimit, ...]:
        """Limits of federated credentials."""
        return read("federated_limits", r.FederatedLimit)

    def federated_limit(self, of: r.FederatedPart) -> r.FederatedLimit:
        """How many there may be, or how long it may be."""
        return next(row for row in self.federated_limits if row.of == of)

    # --- flows and audiences of sign-in -------------------------------------------------------

    @cached_property
    def flows(self) -> tuple[r.FlowKind, ...]:
        """Every flow type, split by platform where that matters."""
        return read("flows", r.FlowKind)

    def flow(self, flow_type: str, platform: str | None = None) -> r.FlowKind | None:
        """The variant of a flow type that `platform` decides.

        None for `none`, for an unknown type, and for one that has several variants while the
        platform is unknown or fits none of them.
        """
        rows = [row for row in self.flows if row.type == flow_type]
        if len(rows) == 1:
            return rows[0]
        return _first(row for row in rows if platform in row.platforms)

    @cached_property
    def sign_in_audiences(self) -> tuple[r.SignInAudience, ...]:
        """The values of signInAudience."""
        return read("sign_in_audiences", r.SignInAudience)

    def sign_in_audience(self, value: str) -> r.SignInAudience | None:
        """The facts of one value, which must be written exactly."""
        return self._audiences_by_value.get(value)

    @cached_property
    def least_limits(self) -> dict[str, int]:
        """The lowest of all audiences' limits, by field: what is not above it no audience refuses."""
        fields = [field for field in r.SignInAudience._fields if field.startswith("max_")]
        stated = {field: [getattr(row, field) for row in self.sign_in_audiences] for field in fields}
        return {
            field: min(limit for limit in limits if limit is not None)
            for field, limits in stated.items()
            if any(limits)
        }

    # --- what the directory takes -------------------------------------------------------------

    @cached_property
    def limits(self) -> tuple[r.Limit, ...]:
        """Limits that do not depend on whose accounts sign in."""
        return read("limits", r.Limit)

    def limit(self, name: str) -> r.Limit:
        """One of them; raises KeyError for a name that the table does not have."""
        return self._limits_by_name[name]

    @cached_property
    def redirect_characters(self) -> frozenset[str]:
        """Characters that a redirect URI may not hold."""
        return frozenset(row.character for row in read("redirect_characters", r.RedirectCharacter))

    @cached_property
    def personal_claims(self) -> frozenset[str]:
        """Optional claims that are not Microsoft Entra users' alone."""
        return frozenset(row.name for row in read("personal_claims", r.PersonalClaim))

    # --- permissions --------------------------------------------------------------------------

    @cached_property
    def oidc_scopes(self) -> tuple[r.OidcScope, ...]:
        """The scopes of OpenID Connect."""
        return read("oidc_scopes", r.OidcScope)

    @cached_property
    def baseline_scopes(self) -> tuple[r.BaselineScope, ...]:
        """Scopes that policies with excluded resources cover since June 2026."""
        return read("baseline_scopes", r.BaselineScope)

    def is_baseline_scope(self, name: str) -> bool:
        """Whether a scope of OpenID Connect or a bare one of Microsoft Graph is a baseline scope."""
        plain = name.strip().lower()
        return any(row.name.lower() == plain for row in self.baseline_scopes)

    @cached_property
    def scope_families(self) -> tuple[r.ScopeFamily, ...]:
        """Which API's data lie behind Microsoft Graph's delegated permissions."""
        return read("scope_families", r.ScopeFamily)

    def scope_family(self, name: str) -> r.ScopeFamily | None:
        """The API behind one delegated permission of Microsoft Graph, None where nobody says."""
        family = name.strip().partition(".")[0].lower()
        return _first(row for row in self.scope_families if family in map(str.lower, row.families))

    @cached_property
    def tier_zero(self) -> frozenset[str]:
        """Names of Microsoft Graph's application permissions that lead to Global Administrator."""
        return frozenset(row.name for row in read("tier_zero", r.TierZero))

    @cached_property
    def azure_ad_graph_permissions(self) -> tuple[r.AzureAdGraphPermission, ...]:
        """The permissions of Azure AD Graph that Microsoft Graph has as well."""
        return read("azure_ad_graph_permissions", r.AzureAdGraphPermission)

    def azure_ad_graph_permission(self, written: str, type_: str) -> str | None:
        """The name of a permission of Azure AD Graph, written by id or name, that Microsoft Graph has too."""
        wanted = written.strip().lower(), type_.strip().lower()
        return next(
            (
                row.name
                for row in self.azure_ad_graph_permissions
                if wanted in ((row.id, row.type.lower()), (row.name.lower(), row.type.lower()))
            ),
            None,
        )

    @cached_property
    def exchange_scoped(self) -> frozenset[tuple[str, str]]:
        """(appId of the API, name) of application permissions that Exchange can narrow."""
        return frozenset((row.resource, row.name) for row in read("exchange_scoped", r.ExchangeScoped))

    @cached_property
    def exchange_roles(self) -> tuple[r.ExchangeRole, ...]:
        """Roles of Exchange's own access control for applications."""
        return read("exchange_roles", r.ExchangeRole)

    def exchange_role(self, role: str) -> r.ExchangeRole | None:
        """The entry of one role, by the name that Exchange shows."""
        plain = role.strip().lower()
        return _first(row for row in self.exchange_roles if row.role.lower() == plain)

    @cached_property
    def workload_permissions(self) -> tuple[r.WorkloadPermission, ...]:
        """Permissions of Exchange and SharePoint that Microsoft Graph has under the same name."""
        return read("workload_permissions", r.WorkloadPermission)

    def workload_permission(self, resource: str, guid: str, type_: str) -> r.WorkloadPermission | None:
        """The permission of one of these APIs with this GUID and type."""
        wanted = resource.strip().lower(), guid.strip().lower(), type_.strip().lower()
        return _first(
            row for row in self.workload_permissions if (row.resource, row.id, row.type.lower()) == wanted
        )

    @cached_property
    def directory_relations(self) -> tuple[r.DirectoryRelation, ...]:
        """Relations whose answer mixes kinds of objects."""
        return read("directory_relations", r.DirectoryRelation)

    def directory_relation(self, template: str) -> r.DirectoryRelation | None:
        """The relation that an operation with this path template reads."""
        plain = plain_template(template)
        return _first(row for row in self.directory_relations if plain in map(plain_template, row.templates))

    @cached_property
    def object_readers(self) -> tuple[r.ObjectReader, ...]:
        """Kinds of directory objects, and what reads them."""
        return read("object_readers", r.ObjectReader)

    @cached_property
    def selected_scopes(self) -> tuple[r.SelectedScope, ...]:
        """Permissions that reach only what was granted object by object."""
        return read("selected_scopes", r.SelectedScope)

    def selected_scope(self, name: str) -> r.SelectedScope | None:
        """The entry of one permission of Microsoft Graph."""
        plain = name.strip().lower()
        return _first(row for row in self.selected_scopes if row.name.lower() == plain)

    def selected_scopes_for(self, template: str) -> tuple[r.SelectedScope, ...]:
        """Those that may suffice for an operation with this path template."""
        plain = plain_template(template)
        return tuple(
            row
            for row in self.selected_scopes
            if any(lies_below(plain, plain_template(prefix)) for prefix in row.prefixes)
        )

    # --- directory roles ----------------------------------------------------------------------

    @cached_property
    def directory_roles(self) -> tuple[r.DirectoryRole, ...]:
        """The built-in roles."""
        return read("directory_roles", r.DirectoryRole)

    def directory_role(self, name: str) -> r.DirectoryRole | None:
        """A built-in role by its name, a former name or its template id."""
        return self._roles_by_name.get(name.strip().lower())

    def holds_one(self, held: Iterable[str], names: Iterable[str]) -> bool | None:
        """Whether one of the roles `held` is among `names`; None where one of the tenant's own may do."""
        known = [self.directory_role(name) for name in held]
        wanted = frozenset(names)
        if any(role is not None and role.name in wanted for role in known):
            return True
        return None if None in known else False

    @cached_property
    def role_requirements(self) -> tuple[r.Roles, ...]:
        """Operations that need a directory role in delegated use."""
        return read("role_requirements", r.Roles)

    def roles_for(self, method: str, template: str) -> r.Roles | None:
        """The roles that an operation of Microsoft Graph asks of the signed-in user.

        `template` without the version; slots may have any name. See `Roles.open_to` before firing.
        """
        return self._roles_by_operation.get((method.strip().upper(), plain_template(template)))

    @cached_property
    def consent_role_rows(self) -> tuple[r.ConsentRole, ...]:
        """Roles that may consent for the tenant."""
        return read("consent_roles", r.ConsentRole)

    def consent_roles(self, *, graph_app_roles: bool) -> tuple[str, ...]:
        """Names of the roles that may consent for the tenant, the asked app roles included."""
        return tuple(row.role for row in self.consent_role_rows if row.graph_app_roles or not graph_app_roles)

    @cached_property
    def consent_policies(self) -> tuple[r.ConsentPolicy, ...]:
        """The built-in consent policies for all users."""
        return read("consent_policies", r.ConsentPolicy)

    def consent_policy(self, policy_id: str) -> r.ConsentPolicy | None:
        """The built-in consent policy of this id."""
        plain = policy_id.strip().lower()
        return _first(row for row in self.consent_policies if row.id == plain)

    def is_consent_excluded(self, resource: str, name: str) -> bool:
        """Whether Microsoft's managed consent policy keeps a delegated permission from users."""
        return (resource.lower(), name.strip().lower()) in self._consent_excluded

    @cached_property
    def consent_mail_clients(self) -> frozenset[str]:
        """The mail apps, by appId, for which users may consent to what the managed policy excludes."""
        return frozenset(row.app_id for row in read("consent_mail_clients", r.ConsentMailClient))

    @cached_property
    def basic_permissions(self) -> frozenset[str]:
        """Delegated permissions of Microsoft Graph that only sign the user in, in lower case."""
        return frozenset(row.name.lower() for row in read("basic_permissions", r.BasicPermission))

    @cached_property
    def outdated_portal_paths(self) -> tuple[r.OutdatedPortalPath, ...]:
        """Where guides used to send administrators for consent."""
        return read("outdated_portal_paths", r.OutdatedPortalPath)

    @cached_property
    def guest_levels(self) -> tuple[r.GuestAccess, ...]:
        """The values of guestUserRoleId."""
        return read("guest_access", r.GuestAccess)

    def guest_access(self, role_id: str | None) -> r.GuestAccess | None:
        """What guests see at one level; at that of a new tenant where None is given."""
        plain = role_id.strip().lower() if role_id is not None else None
        return _first(
            row for row in self.guest_levels if (row.default if plain is None else row.role_id == plain)
        )

    @cached_property
    def workload_rights(self) -> tuple[r.WorkloadRight, ...]:
        """Operations that a workload keeps to some of its users."""
        return read("workload_rights", r.WorkloadRight)

    def workload_right(self, method: str, template: str) -> r.WorkloadRight | None:
        """What an operation of Microsoft Graph asks of the signed-in user in its workload."""
        return self._rights_by_operation.get((method.strip().upper(), plain_template(template)))

    # --- what the permission tables leave out -------------------------------------------------

    @cached_property
    def further_permissions(self) -> tuple[r.FurtherPermission, ...]:
        """What calls need beyond what is listed for their operation."""
        return read("further_permissions", r.FurtherPermission)

    def further_permissions_of(self, method: str, template: str) -> tuple[r.FurtherPermission, ...]:
        """What some calls of an operation of Microsoft Graph need as well."""
        plain, verb = plain_template(template), method.strip().upper()
        return tuple(
            row
            for row in self.further_permissions
            if verb in row.methods and plain in map(plain_template, row.templates)
        )

    @cached_property
    def advanced_collections(self) -> tuple[r.AdvancedCollection, ...]:
        """Lists of directory objects."""
        return read("advanced_collections", r.AdvancedCollection)

    def advanced_collection(self, template: str) -> r.AdvancedCollection | None:
        """The kind of directory object that an operation with this path template lists."""
        plain = plain_template(template)
        return _first(row for row in self.advanced_collections if plain in map(plain_template, row.templates))

    @cached_property
    def search_entities(self) -> tuple[r.SearchEntity, ...]:
        """What `/search/query` finds."""
        return read("search_entities", r.SearchEntity)

    def search_entity(self, name: str) -> r.SearchEntity | None:
        """The entry of one entity type."""
        plain = name.strip().lower()
        return _first(row for row in self.search_entities if row.name.lower() == plain)

    @cached_property
    def access_policies(self) -> tuple[r.AccessPolicy, ...]:
        """Workloads that keep apps out until their administrator lets them in."""
        return read("access_policies", r.AccessPolicy)

    def access_policy(self, template: str) -> r.AccessPolicy | None:
        """What an operation of Microsoft Graph with this path template asks of an app by itself."""
        plain = plain_template(template)
        return _first(
            row
            for row in self.access_policies
            if any(lies_below(plain, plain_template(one)) for one in row.templates)
        )

    @cached_property
    def exchange_app_permissions(self) -> tuple[r.ExchangeAppPermission, ...]:
        """Application permissions of Exchange that do nothing by themselves."""
        return read("exchange_app_permissions", r.ExchangeAppPermission)

    def exchange_app_permission(self, written: str) -> r.ExchangeAppPermission | None:
        """The entry of one of them, by name or id."""
        plain = written.strip().lower()
        return _first(row for row in self.exchange_app_permissions if plain in (row.name.lower(), row.id))

    # --- passwords ----------------------------------------------------------------------------

    @cached_property
    def password_matrix(self) -> tuple[r.PasswordRow, ...]:
        """Who may reset whose password, and act on whom."""
        return read("password_matrix", r.PasswordRow)

    def reset_callers(
        self, target_roles: Iterable[str], *, role_assignable_group: bool = False
    ) -> frozenset[str]:
        """Names of the roles that may reset the password of a user with all of `target_roles`.

        `role_assignable_group`: the target is a member or owner of a role-assignable group.
        """
        rows = self._rows_of_target(target_roles, role_assignable_group=role_assignable_group)
        return frozenset.intersection(*(frozenset(row.reset) for row in rows))

    def sensitive_callers(
        self, target_roles: Iterable[str], *, role_assignable_group: bool = False
    ) -> frozenset[str]:
        """As `reset_callers`, for the sensitive actions: disabling, renaming or deleting the user."""
        rows = self._rows_of_target(target_roles, role_assignable_group=role_assignable_group)
        return frozenset.intersection(*(frozenset(row.sensitive) for row in rows))

    @cached_property
    def password_operations(self) -> tuple[r.PasswordOperation, ...]:
        """The ways to change a password."""
        return read("password_operations", r.PasswordOperation)

    def password_operation(self, kind: str, access: Access) -> r.PasswordOperation | None:
        """The way of one kind (write, reset, change), None where the access has none."""
        return _first(row for row in self.password_operations if (row.kind, row.access) == (kind, access))

    def password_operations_of(self, method: str, template: str) -> tuple[r.PasswordOperation, ...]:
        """The ways that an operation of Microsoft Graph is, by access."""
        plain, verb = plain_template(template), method.strip().upper()
        return tuple(
            row
            for row in self.password_operations
            if row.method == verb and plain in map(plain_template, row.templates)
        )

    @cached_property
    def sensitive_properties(self) -> tuple[r.SensitiveProperty, ...]:
        """Properties of a user that not everybody may write on an administrator."""
        return read("sensitive_properties", r.SensitiveProperty)

    def sensitive_property(self, name: str) -> r.SensitiveProperty | None:
        """The entry of one property of a user."""
        plain = name.strip().lower()
        return _first(row for row in self.sensitive_properties if row.name.lower() == plain)

    # --- licences -----------------------------------------------------------------------------

    @cached_property
    def licences(self) -> tuple[r.Licence, ...]:
        """Products that calls depend on."""
        return read("licences", r.Licence)

    def licence(self, name: str) -> str | None:
        """The product that a short name or service plan stands for; None for any other name."""
        plain = plain_licence(name)
        for row in self.licences:
            if plain == row.name:
                return row.name
            plans, others = map(plain_licence, row.plans), map(plain_licence, row.not_plans)
            if fits(plain, plans) and not fits(plain, others):
                return row.name
        return None

    def licences_of(self, names: Iterable[str]) -> r.Held:
        """The products that `names` stand for, and what they imply (P2 implies P1)."""
        products: set[str] = set()
        unknown: list[str] = []
        implied = {row.name: row.implies for row in self.licences}
        for name in names:
            product = self.licence(name)
            if product is None:
                unknown.append(name)
            else:
                products.update((product, *implied[product]))
        return r.Held(frozenset(products), tuple(unknown))

    @cached_property
    def licence_needs(self) -> tuple[r.LicenceNeed, ...]:
        """Calls that need a licence."""
        return read("licence_needs", r.LicenceNeed)

    def licence_for(
        self, method: str, template: str, selected: Iterable[str] = ()
    ) -> tuple[r.LicenceNeed, ...]:
        """What an operation of Microsoft Graph needs, every need by itself; () where none is known.

        `selected` are the properties that the query asks for, in lower case.
        """
        key = method.strip().upper(), plain_template(template), frozenset(selected)
        known = self._licences_asked.get(key)  # eight rules ask of the same calls
        if known is None:
            verb, plain, asked = key
            known = self._licences_asked[key] = tuple(
                row
                for row, templates in self._licence_templates
                if (not row.methods or verb in row.methods)
                and (row.selects is None or row.selects.lower() in asked)
                and any(lies_below(plain, one) if row.below else plain == one for one in templates)
            )
        return known

    # --- clients ------------------------------------------------------------------------------

    @cached_property
    def libraries(self) -> tuple[r.Library, ...]:
        """Client libraries whose behaviour matters."""
        return read("libraries", r.Library)

    def library(self, name: str) -> r.Library | None:
        """The entry of a library by package name, with or without version and package manager."""
        plain = library_name(name)
        return _first(row for row in self.libraries if fits(plain, row.names))

    def library_kind(self, name: str) -> r.LibraryKind:
        """What kind a library is; `other` if no table knows it."""
        row = self.library(name)
        return "other" if row is None else row.kind

    @cached_property
    def microsoft_clients(self) -> tuple[r.MicrosoftClient, ...]:
        """Microsoft's own client apps that people sign in as."""
        return read("microsoft_clients", r.MicrosoftClient)

    def microsoft_client(self, app_id: str) -> r.MicrosoftClient | None:
        """The entry of one of them."""
        plain = app_id.strip().lower()
        return _first(row for row in self.microsoft_clients if row.app_id == plain)

    # --- Conditional Access -------------------------------------------------------------------

    @cached_property
    def policy_targets(self) -> tuple[r.PolicyTarget, ...]:
        """Names and APIs by which policies mean several APIs."""
        return read("policy_targets", r.PolicyTarget)

    def names_in_policies(self, app_id: str) -> frozenset[str]:
        """What policies are known to name the API `app_id` by, in lower case: its appId, groups of APIs."""
        api = app_id.strip().lower()
        return frozenset((api, *self._names_in_policies.get(api, ())))

    @cached_property
    def token_protection(self) -> tuple[r.TokenProtection, ...]:
        """APIs whose tokens policies can ask to be bound to a device."""
        return read("token_protection", r.TokenProtection)

    @cached_property
    def protected_actions(self) -> tuple[r.ProtectedAction, ...]:
        """Operations for which policies can ask for an authentication context."""
        return read("protected_actions", r.ProtectedAction)

    def protected_actions_of(self, method: str, template: str) -> tuple[r.ProtectedAction, ...]:
        """The protected actions that an operation of Microsoft Graph may be, by the body it sends."""
        plain, verb = plain_template(template), method.strip().upper()
        return tuple(
            row
            for row in self.protected_actions
            if row.method == verb and plain_template(row.template) == plain
        )

    @cached_property
    def enforcements(self) -> tuple[r.Enforcement, ...]:
        """What Microsoft asks of sign-ins, and since when."""
        return read("enforcements", r.Enforcement)

    def enforcement(self, name: Literal["baseline-scopes", "azure-multifactor"]) -> r.Enforcement:
        """The entry of this name, which the table always has."""
        return next(row for row in self.enforcements if row.name == name)

    # --- errors and ends ----------------------------------------------------------------------

    @cached_property
    def aadsts_codes(self) -> tuple[r.AadstsCode, ...]:
        """Error numbers of the login service, ascending."""
        return read("aadsts", r.AadstsCode)

    def aadsts(self, number: int) -> r.AadstsCode | None:
        """The entry of one number, without the letters AADSTS."""
        return self._aadsts_by_number.get(number)

    @cached_property
    def graph_errors(self) -> tuple[r.GraphError, ...]:
        """Error codes of Microsoft Graph."""
        return read("graph_errors", r.GraphError)

    def graph_error(self, code: str) -> r.GraphError | None:
        """The entry of one code, which must be written exactly: accessDenied is SharePoint's."""
        return _first(row for row in self.graph_errors if row.code == code)

    @cached_property
    def retired_surfaces(self) -> tuple[r.Retired, ...]:
        """What stopped working, or will."""
        return read("retired_surfaces", r.Retired)

    def retired(self, host: str, path: str = "") -> tuple[r.Retired, ...]:
        """What of it a call of `path` (without version on Microsoft Graph) at `host` meets.

        Mind `access` and the dates of each.
        """
        name, plain = host_of(host), plain_template(path)
        return tuple(
            row
            for row in self.retired_surfaces
            if any(host_matches(pattern, name) for pattern in row.hosts)
            and (not row.paths or any(lies_below(plain, plain_template(one)) for one in row.paths))
        )

    # --- inputs -------------------------------------------------------------------------------

    @cached_property
    def directory_requests(self) -> tuple[r.DirectoryRequest, ...]:
        """How to save what lies in the directory."""
        return read("directory_requests", r.DirectoryRequest)

    def directory_request(self, field: str) -> r.DirectoryRequest | None:
        """How to save one field of the model."""
        return self._requests_by_field.get(field)

    # --- indexes ------------------------------------------------------------------------------

    @cached_property
    def _requests_by_field(self) -> dict[str, r.DirectoryRequest]:
        return {row.field: row for row in self.directory_requests}

    @cached_property
    def _names_in_policies(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for row in self.policy_targets:
            for app_id in row.app_ids:
                names.setdefault(app_id, []).append(row.name.lower())
        return names

    @cached_property
    def _resources_by_id(self) -> dict[str, r.Resource]:
        return {one.app_id: one for one in self.resources}

    @cached_property
    def _resources_by_audience(self) -> dict[str, r.Resource]:
        return {plain_audience(text): one for text, one in self._audiences() if not is_pattern(text)}

    @cached_property
    def _audience_patterns(self) -> tuple[tuple[str, r.Resource], ...]:
        return tuple(pair for pair in self._audiences() if is_pattern(pair[0]))

    def _audiences(self) -> Iterator[tuple[str, r.Resource]]:
        for one in self.resources:
            for audiences in one.audiences.values():
                for text in audiences:
                    yield text, one

    @cached_property
    def _hosts_seen(self) -> dict[str, tuple[r.Resource, ...]]:
        return {}  # many calls name few hosts

    @cached_property
    def _audiences_by_value(self) -> dict[str, r.SignInAudience]:
        return {row.value: row for row in self.sign_in_audiences}

    @cached_property
    def _limits_by_name(self) -> dict[str, r.Limit]:
        return {row.name: row for row in self.limits}

    @cached_property
    def _licences_asked(self) -> dict[tuple[str, str, frozenset[str]], tuple[r.LicenceNeed, ...]]:
        return {}

    @cached_property
    def _licence_templates(self) -> tuple[tuple[r.LicenceNeed, tuple[str, ...]], ...]:
        return tuple((row, tuple(map(plain_template, row.templates))) for row in self.licence_needs)

    @cached_property
    def _roles_by_name(self) -> dict[str, r.DirectoryRole]:
        return {
            text.lower(): role
            for role in self.directory_roles
            for text in (*role.former_names, role.name, role.template_id)
        }

    @cached_property
    def _roles_by_operation(self) -> dict[tuple[str, str], r.Roles]:
        return {
            (row.method, plain_template(template)): row
            for row in self.role_requirements
            for template in row.templates
        }

    @cached_property
    def _consent_excluded(self) -> frozenset[tuple[str, str]]:
        rows = read("consent_excluded", r.ConsentExcluded)
        return frozenset((row.resource, row.name.lower()) for row in rows)

    @cached_property
    def _rights_by_operation(self) -> dict[tuple[str, str], r.WorkloadRight]:
        return {
            (method, plain_template(template)): row
            for row in self.workload_rights
            for method in row.methods
            for template in row.templates
        }

    @cached_property
    def _aadsts_by_number(self) -> dict[int, r.AadstsCode]:
        return {row.code: row for row in self.aadsts_codes}

    def _rows_of_target(
        self, target_roles: Iterable[str], *, role_assignable_group: bool
    ) -> list[r.PasswordRow]:
        """The rows of the matrix that all must allow an act on a user with these roles."""
        by_role = {row.role: row for row in self.password_matrix if row.role is not None}
        by_state = {row.target: row for row in self.password_matrix if row.role is None}
        rows = []
        for text in target_roles:
            role = self.directory_role(text)
            rows.append(by_role.get(role.name if role else "", by_state["other"]))
        if role_assignable_group:
            rows.append(by_state["role-assignable-group"])
        return rows or [by_state["none"]]


def _first(rows: Iterator[Row]) -> Row | None:
    return next(rows, None)
