"""Every table is valid, sourced, and made of what its record has."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from linter.entra import records
from linter.entra.facts import Entra
from linter.entra.scopes import OIDC_SCOPES, UNSUPPORTED_OIDC_SCOPES
from linter.entra.templates import plain_template

TABLES = Path(records.__file__).parent / "tables"
RECORD = {
    "resources": records.Resource,
    "trailing_slash_audiences": records.TrailingSlashAudience,
    "clouds": records.Cloud,
    "other_authorities": records.OtherAuthority,
    "absent_permissions": records.AbsentPermission,
    "assertion_issuers": records.AssertionIssuer,
    "federated_limits": records.FederatedLimit,
    "flows": records.FlowKind,
    "sign_in_audiences": records.SignInAudience,
    "limits": records.Limit,
    "redirect_characters": records.RedirectCharacter,
    "personal_claims": records.PersonalClaim,
    "oidc_scopes": records.OidcScope,
    "baseline_scopes": records.BaselineScope,
    "tier_zero": records.TierZero,
    "azure_ad_graph_permissions": records.AzureAdGraphPermission,
    "exchange_scoped": records.ExchangeScoped,
    "exchange_roles": records.ExchangeRole,
    "workload_permissions": records.WorkloadPermission,
    "workload_gates": records.WorkloadGate,
    "directory_relations": records.DirectoryRelation,
    "object_readers": records.ObjectReader,
    "selected_scopes": records.SelectedScope,
    "cae_resources": records.CaeResource,
    "scope_families": records.ScopeFamily,
    "policy_targets": records.PolicyTarget,
    "token_protection": records.TokenProtection,
    "protected_actions": records.ProtectedAction,
    "enforcements": records.Enforcement,
    "consent_roles": records.ConsentRole,
    "consent_policies": records.ConsentPolicy,
    "consent_excluded": records.ConsentExcluded,
    "consent_mail_clients": records.ConsentMailClient,
    "basic_permissions": records.BasicPermission,
    "outdated_portal_paths": records.OutdatedPortalPath,
    "graph_errors": records.GraphError,
    "retired_surfaces": records.Retired,
    "directory_roles": records.DirectoryRole,
    "role_requirements": records.Roles,
    "guest_access": records.GuestAccess,
    "workload_rights": records.WorkloadRight,
    "further_permissions": records.FurtherPermission,
    "advanced_collections": records.AdvancedCollection,
    "search_entities": records.SearchEntity,
    "access_policies": records.AccessPolicy,
    "exchange_app_permissions": records.ExchangeAppPermission,
    "password_matrix": records.PasswordRow,
    "password_operations": records.PasswordOperation,
    "sensitive_properties": records.SensitiveProperty,
    "licences": records.Licence,
    "licence_needs": records.LicenceNeed,
    "libraries": records.Library,
    "microsoft_clients": records.MicrosoftClient,
    "aadsts": records.AadstsCode,
    "directory_requests": records.DirectoryRequest,
}


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def rows(table):
    return load(TABLES / f"{table}.json")["rows"]


def test_every_file_is_a_table_with_a_schema_and_a_record():
    assert {path.stem for path in TABLES.glob("*.json")} == RECORD.keys()
    assert {path.stem for path in (TABLES / "schema").glob("*.json")} == RECORD.keys()


@pytest.mark.parametrize("table", RECORD)
def test_table_fits_its_schema(table):
    schema = load(TABLES / "schema" / f"{table}.json")
    Draft202012Validator.check_schema(schema)
    assert [
        error.message for error in Draft202012Validator(schema).iter_errors(load(TABLES / f"{table}.json"))
    ] == []


@pytest.mark.parametrize("table", RECORD)
def test_every_row_names_source_and_confidence_and_the_fields_of_its_record(table):
    for row in rows(table):
        assert row["source"].strip()
        assert row["confidence"] in {"high", "medium", "low"}
        assert row.keys() == set(RECORD[table]._fields)


@pytest.mark.parametrize("table", RECORD)
def test_practitioner_knowledge_alone_is_never_of_high_confidence(table):
    assert [
        row
        for row in rows(table)
        if row["source"] == "practitioner knowledge" and row["confidence"] == "high"
    ] == []


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("resources", "app_id"),
        ("resources", "name"),
        ("clouds", "name"),
        ("other_authorities", "host"),
        ("absent_permissions", "name"),
        ("assertion_issuers", "host"),
        ("federated_limits", "of"),
        ("sign_in_audiences", "value"),
        ("limits", "name"),
        ("redirect_characters", "character"),
        ("personal_claims", "name"),
        ("oidc_scopes", "name"),
        ("baseline_scopes", "name"),
        ("tier_zero", "name"),
        ("exchange_roles", "role"),
        ("workload_gates", "api"),
        ("object_readers", "kind"),
        ("selected_scopes", "name"),
        ("cae_resources", "app_id"),
        ("policy_targets", "name"),
        ("token_protection", "app_id"),
        ("protected_actions", "action"),
        ("enforcements", "name"),
        ("consent_roles", "role"),
        ("graph_errors", "code"),
        ("retired_surfaces", "name"),
        ("directory_roles", "name"),
        ("directory_roles", "template_id"),
        ("guest_access", "role_id"),
        ("advanced_collections", "kind"),
        ("search_entities", "name"),
        ("exchange_app_permissions", "name"),
        ("sensitive_properties", "name"),
        ("licences", "name"),
        ("aadsts", "code"),
    ],
)
def test_keys_are_unique(table, key):
    values = [row[key] for row in rows(table)]
    assert sorted(values) == sorted(set(values))


def test_no_two_apis_claim_one_audience():
    claims = {
        (audience, row["app_id"])
        for row in rows("resources")
        for audiences in row["audiences"].values()
        for audience in audiences
    }
    assert sorted(audience for audience, _ in claims) == sorted({audience for audience, _ in claims})


def test_no_operation_has_two_role_requirements():
    keys = [
        (row["method"], plain_template(text))
        for row in rows("role_requirements")
        for text in row["templates"]
    ]
    assert [key for key in keys if keys.count(key) > 1] == []


def test_every_role_that_a_table_names_is_a_built_in_role():
    known = {row["name"] for row in rows("directory_roles")}
    named = {role for row in rows("role_requirements") for role in row["roles"]}
    named |= {role for row in rows("password_matrix") for role in (*row["reset"], *row["sensitive"])}
    named |= {row["role"] for row in rows("password_matrix") if row["role"]}
    named |= {role for row in rows("password_operations") for role in row["roles"]}
    named |= {row["role"] for row in rows("consent_roles")}
    named |= {role for row in rows("workload_rights") for role in row["roles"]}
    named |= {role for row in rows("exchange_app_permissions") for role in row["roles"]}
    assert named - known == set()


def test_former_names_of_roles_are_nobodys_present_name():
    present = {row["name"].lower() for row in rows("directory_roles")}
    former = [name.lower() for row in rows("directory_roles") for name in row["former_names"]]
    assert len(former) == len(set(former))
    assert present.isdisjoint(former)


def test_every_licence_that_a_table_names_is_a_product():
    known = {row["name"] for row in rows("licences")}
    assert {name for row in rows("licences") for name in row["implies"]} - known == set()
    assert {name for row in rows("licence_needs") for name in row["any_of"]} - known == set()


def test_every_api_that_a_table_names_is_in_resources():
    known = {row["app_id"] for row in rows("resources")}
    named = {row["resource"] for row in rows("exchange_scoped")}
    named |= {row["resource"] for row in rows("trailing_slash_audiences")}
    named |= {row["app_id"] for row in rows("cae_resources")}
    named |= {row["app_id"] for row in rows("scope_families")}
    named |= {row["app_id"] for row in rows("token_protection")}
    named |= {row["app_id"] for row in rows("enforcements")}
    named |= {app_id for row in rows("policy_targets") for app_id in row["app_ids"]}
    assert named - known == set()


def test_the_scopes_of_openid_connect_equal_those_that_the_splitter_knows():
    assert {row["name"] for row in rows("oidc_scopes") if row["supported"]} == OIDC_SCOPES
    assert {row["name"] for row in rows("oidc_scopes") if not row["supported"]} == UNSUPPORTED_OIDC_SCOPES
    assert {row["name"] for row in rows("baseline_scopes") if row["kind"] == "oidc"} == OIDC_SCOPES


def test_password_roles_are_those_that_may_reset_a_user_without_role():
    entra = Entra()
    for operation in entra.password_operations:
        assert set(operation.roles) in (set(), entra.reset_callers(()))


def test_no_scope_family_has_two_apis():
    families = [name.lower() for row in rows("scope_families") for name in row["families"]]
    assert len(families) == len(set(families))


def test_no_template_has_a_version():
    for table in ("role_requirements", "licence_needs", "password_operations", "workload_rights"):
        for row in rows(table):
            assert not any(text.startswith(("/v1.0", "/beta")) for text in row["templates"])
