"""Who has the licence that a call needs: the tenant, its user, or whomever it acts on."""

from linter import examples
from linter.authorization.licences import Unlicensed, need_of, unlicensed
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Unknown

CATALOG = Catalog.open()
ENTRA = Entra()


def skus(*plans):
    plan = [{"servicePlanName": name, "provisioningStatus": "Success"} for name in plans]
    return {
        "subscribedSkus": {
            "value": [{"skuPartNumber": "X", "capabilityStatus": "Enabled", "servicePlans": plan}]
        }
    }


def asked(product, call, flow_type="client_credentials", user=None, grants=None):
    flow = {"type": flow_type, "calls": [call]} | ({"user": user} if user else {})
    case = examples.case({"flows": [flow]} | ({"grants": grants} if grants else {}), CATALOG)
    assert case.inventory is not None
    found = case.inventory.flows[0]
    need = need_of(product, found.calls[0], CATALOG, ENTRA)
    assert need is not None
    return unlicensed(found, found.calls[0], need, case.tenant, ENTRA)


def why(found):
    return found.why if isinstance(found, Unlicensed) else found


def test_the_tenant_decides_where_it_is_known():
    risky = "GET /identityProtection/riskyUsers"
    assert asked("entra-id-p2", risky) == Unknown("tenant.service_plans")
    assert asked("entra-id-p2", risky, grants=skus("AAD_PREMIUM_P2")) is None
    assert (
        why(asked("entra-id-p2", risky, grants=skus("AAD_PREMIUM"))) == "the tenant has no enabled plan of it"
    )


def test_a_list_that_goes_on_never_shows_that_a_plan_is_missing():
    more = skus("AAD_PREMIUM")
    more["subscribedSkus"]["@odata.nextLink"] = "https://graph.microsoft.com/v1.0/subscribedSkus?$skiptoken=x"
    assert asked("entra-id-p2", "GET /identityProtection/riskyUsers", grants=more) == Unknown(
        "tenant.service_plans"
    )


def test_a_user_shows_what_the_tenant_has():
    risky, work = "GET /identityProtection/riskyUsers", "authorization_code"
    assert asked("entra-id-p2", risky, work, {"licences": ["entra-id-p2"]}) is None
    lacking = asked("entra-id-p2", risky, work, {"licences": []})
    assert isinstance(lacking, Unlicensed)
    assert lacking.confidence == "medium"
    assert asked("entra-id-p2", risky, work, {"licences": ["Bundle"]}) == Unknown("user.licences")
    assert asked("entra-id-p2", risky, work) == Unknown("tenant.service_plans")


def test_the_owner_of_a_mailbox_is_whom_the_call_acts_on():
    mail = {"method": "GET", "url": "/users/{id}/messages"}
    assert asked("exchange", mail) == Unknown("tenant.service_plans")
    assert asked("exchange", mail, grants=skus("EXCHANGE_S_STANDARD")) is None
    bundle = mail | {"target": {"licences": ["Bundle"]}}
    assert asked("exchange", bundle, grants=skus("EXCHANGE_S_STANDARD")) == Unknown("call.target")
    assert why(asked("exchange", bundle, grants=skus("AAD_PREMIUM"))) == (
        "the tenant has no enabled plan of it"
    )
    assert asked("exchange", mail | {"target": {"licences": ["exchange"]}}) is None
    assert (
        why(asked("exchange", mail | {"target": {"licences": []}}))
        == "the one it acts on has no licence of it"
    )
    assert why(asked("exchange", mail, grants=skus("AAD_PREMIUM"))) == "the tenant has no enabled plan of it"
    own = asked("exchange", "GET /me/messages", "authorization_code", {"licences": []})
    assert why(own) == "its user has no licence of it"


def test_what_the_query_selects_decides():
    call = "GET /users?$select=signInActivity"
    assert why(asked("entra-id-p1", call, grants=skus("EXCHANGE_S_STANDARD"))) == (
        "the tenant has no enabled plan of it"
    )
    flow = {"type": "client_credentials", "calls": ["GET /users"]}
    case = examples.case({"flows": [flow]}, CATALOG)
    assert case.inventory is not None
    assert need_of("entra-id-p1", case.inventory.flows[0].calls[0], CATALOG, ENTRA) is None
