"""What the guard says, fact by fact."""

import pytest

from linter.catalog.guard import Known, Listed, judge
from linter.catalog.records import Operation, Scheme, Support
from linter.catalog.store import Catalog


def find(catalog: Catalog, method: str, url: str) -> Operation:
    found = catalog.find(method, url)
    assert found is not None
    return found


def accepts(support: Support, *names: str) -> bool:
    return names in support.accepted


# --- facts of the committed catalogue -----------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "url", "scheme", "least"),
    [
        ("GET", "/users", "DelegatedWork", "User.ReadBasic.All"),
        ("GET", "/users", "Application", "User.Read.All"),
        ("GET", "/users/x", "DelegatedWork", "User.ReadBasic.All"),
        ("GET", "/me", "DelegatedWork", "User.Read"),
        ("GET", "/me", "DelegatedPersonal", "User.Read"),
        ("GET", "/me/messages", "DelegatedWork", "Mail.ReadBasic"),
        ("GET", "/me/messages/x", "DelegatedWork", "Mail.ReadBasic"),
        ("GET", "/users/x/messages", "Application", "Mail.ReadBasic.All"),
        ("POST", "/me/sendMail", "DelegatedWork", "Mail.Send"),
        ("POST", "/users/x/sendMail", "Application", "Mail.Send"),
        ("GET", "/groups", "DelegatedWork", "GroupMember.Read.All"),
        ("PATCH", "/groups/x", "Application", "Group.ReadWrite.All"),
        ("POST", "/groups/x/members/$ref", "DelegatedWork", "GroupMember.ReadWrite.All"),
        ("GET", "/auditLogs/signIns", "Application", "AuditLog.Read.All"),
        ("GET", "/applications", "Application", "Application.Read.All"),
        ("POST", "/applications", "Application", "Application.ReadWrite.OwnedBy"),
        ("GET", "/teams/x/channels", "DelegatedWork", "Channel.ReadBasic.All"),
        ("PUT", "/me/drive/root:/a.txt:/content", "DelegatedWork", "Files.ReadWrite"),
        ("GET", "/deviceManagement/managedDevices", "Application", "DeviceManagementManagedDevices.Read.All"),
    ],
)
def test_least(catalog: Catalog, method: str, url: str, scheme: Scheme, least: str) -> None:
    assert catalog.support(find(catalog, method, url), scheme).least[0] == (least,)


def test_reset_password_is_delegated_only(catalog: Catalog) -> None:
    operation = find(catalog, "POST", "/users/x/authentication/methods/y/resetPassword")
    assert operation.work.supported
    assert operation.application == Support(False, (), (), "high")


def test_change_password_is_delegated_only(catalog: Catalog) -> None:
    assert not find(catalog, "POST", "/me/changePassword").application.supported


def test_me_is_never_app_only(catalog: Catalog) -> None:
    own = [operation for operation in catalog.operations() if operation.template.split("/")[1] == "me"]
    assert len(own) > 500
    assert {operation.application for operation in own} == {Support(False, (), (), "high")}


def test_self_only_permissions_do_not_open_other_users(catalog: Catalog) -> None:
    assert not accepts(find(catalog, "GET", "/users").work, "User.Read")
    assert not accepts(find(catalog, "GET", "/users/x").work, "User.Read")
    assert accepts(find(catalog, "GET", "/me").work, "User.Read")


def test_intune_opens_no_directory_path(catalog: Catalog) -> None:
    for method, url in (("GET", "/users"), ("PATCH", "/users/x"), ("GET", "/organization")):
        operation = find(catalog, method, url)
        for support in (operation.work, operation.application):
            assert support.confidence == "high"
            assert not [found for found in support.accepted if found[0].startswith("DeviceManagement")]


def test_owned_by_is_no_least_of_a_read(catalog: Catalog) -> None:
    application = find(catalog, "GET", "/applications").application
    assert accepts(application, "Application.ReadWrite.OwnedBy")
    assert ("Application.ReadWrite.OwnedBy",) not in application.least


def test_a_pair_is_needed_together(catalog: Catalog) -> None:
    application = find(catalog, "POST", "/servicePrincipals/x/appRoleAssignedTo").application
    assert accepts(application, "AppRoleAssignment.ReadWrite.All", "Application.Read.All")
    assert not accepts(application, "AppRoleAssignment.ReadWrite.All")
    assert not accepts(application, "Directory.Read.All")


def test_no_least_where_the_body_decides(catalog: Catalog) -> None:
    support = find(catalog, "POST", "/subscriptions").work
    assert accepts(support, "Mail.Read")
    assert support.least == ()
    assert support.confidence == "low"


def test_personal_support_rests_on_one_witness(catalog: Catalog) -> None:
    assert {operation.personal.confidence for operation in catalog.operations()} <= {"medium", "low"}


def test_least_is_accepted_and_live(catalog: Catalog) -> None:
    for operation in catalog.operations():
        for support in (operation.work, operation.personal, operation.application):
            assert support.accepted[: len(support.least)] == support.least
            assert support.supported == bool(support.accepted)


# --- PATCH /users/{id}: what is written decides --------------------------------------------------

PROFILE = ("User-PasswordProfile.ReadWrite.All",)


@pytest.mark.parametrize("url", ["/users/x", "/users('x')", "/beta/users/x"])
def test_unknown_writes_count_general_permissions_only(catalog: Catalog, url: str) -> None:
    support = catalog.support(find(catalog, "PATCH", url), "Application")
    assert ("User.ReadWrite.All",) in support.accepted
    assert PROFILE not in support.accepted
    assert ("User-Phone.ReadWrite.All",) not in support.accepted
    assert support.least == (("User.ReadWrite.All",),)


def test_password_app_only_needs_its_own_permission(catalog: Catalog) -> None:
    support = catalog.support(find(catalog, "PATCH", "/users/x"), "Application", ["passwordProfile"])
    assert support == Support(True, (PROFILE,), (PROFILE,), "medium", (PROFILE,))


def test_password_delegated(catalog: Catalog) -> None:
    support = catalog.support(
        find(catalog, "PATCH", "/users/x"), "DelegatedWork", ["passwordProfile/password"]
    )
    assert support.accepted == (PROFILE, ("Directory.AccessAsUser.All",))


def test_password_and_another_property_need_both(catalog: Catalog) -> None:
    support = catalog.support(
        find(catalog, "PATCH", "/users/x"), "Application", ["passwordProfile", "jobTitle"]
    )
    assert support.least == ((*PROFILE, "User.ReadWrite.All"),)
    assert PROFILE not in support.accepted


@pytest.mark.parametrize(
    ("writes", "least"),
    [
        (["mobilePhone"], ("User-Phone.ReadWrite.All",)),
        (["businessPhones", "MOBILEPHONE"], ("User-Phone.ReadWrite.All",)),
        (["otherMails"], ("User-Mail.ReadWrite.All",)),
        (["accountEnabled"], ("User.EnableDisableAccount.All", "User.Read.All")),
        (["identities"], ("User.ManageIdentities.All",)),
        (["mobilePhone", "jobTitle"], ("User.ReadWrite.All",)),
        (["jobTitle"], ("User.ReadWrite.All",)),
        ([], ("User.ReadWrite.All",)),
    ],
)
def test_least_for_written_properties(catalog: Catalog, writes: list[str], least: tuple[str, ...]) -> None:
    assert catalog.support(find(catalog, "PATCH", "/users/x"), "Application", writes).least[0] == least


def test_writes_change_nothing_elsewhere(catalog: Catalog) -> None:
    operation = find(catalog, "PATCH", "/groups/x")
    assert catalog.support(operation, "Application", ["passwordProfile"]) == operation.application


# --- the guard itself ---------------------------------------------------------------------------

NAMES = ["A.Read.All", "A.ReadWrite.All", "A.ReadBasic.All", "B.Read.All", "User.Read"]
KNOWN = Known(NAMES, NAMES, dict.fromkeys(NAMES, 3), {})


def verdict(
    listed: dict[str, bool] | None, documented: list[str] | None, *, method: str = "GET", path: str = "as/{}"
) -> Support:
    tags = None if listed is None else {(name,): Listed(least, 1) for name, least in listed.items()}
    pages = None if documented is None else {(name,) for name in documented}
    return judge(method, tuple(path.split("/")), "DelegatedWork", tags, pages, KNOWN).support


def test_two_witnesses_that_agree_are_sure() -> None:
    support = verdict({"A.Read.All": True, "A.ReadWrite.All": False}, ["A.Read.All", "A.ReadWrite.All"])
    both = (("A.Read.All",), ("A.ReadWrite.All",))
    assert support == Support(True, both, both[:1], "high", both)


def test_one_witness_is_medium() -> None:
    assert verdict({"A.Read.All": True}, None).confidence == "medium"
    assert verdict(None, ["A.Read.All"]).confidence == "medium"


def test_the_pages_decide_on_support() -> None:
    assert verdict({"A.Read.All": True}, []) == Support(False, (), (), "low")
    only = (("A.Read.All",),)
    assert verdict({}, ["A.Read.All"]) == Support(True, only, only, "low", only)


def test_nothing_from_both_is_sure() -> None:
    assert verdict({}, []) == Support(False, (), (), "high")


def test_a_write_is_not_recommended_for_a_read() -> None:
    support = verdict({"A.ReadWrite.All": True, "A.Read.All": False}, ["A.ReadWrite.All", "A.Read.All"])
    assert support.least == (("A.Read.All",),)


def test_a_read_does_not_justify_a_write() -> None:
    support = verdict({"A.Read.All": True, "A.ReadWrite.All": False}, ["A.ReadWrite.All"], method="DELETE")
    only = (("A.ReadWrite.All",),)
    assert support == Support(True, only, only, "high", only)


def test_a_recommendation_chooses_from_what_both_witnesses_name() -> None:
    support = verdict({"A.Read.All": True, "A.ReadWrite.All": False}, ["A.Read.All", "B.Read.All"])
    assert set(support.accepted) == {("A.Read.All",), ("A.ReadWrite.All",), ("B.Read.All",)}
    assert support.eligible == (("A.Read.All",),)


def test_a_defect_that_both_list_is_low() -> None:
    both = ["A.Read.All", "A.ReadWrite.All"]
    assert verdict(dict.fromkeys(both, True), both, method="DELETE").confidence == "low"


def test_unknown_names_are_removed_in_the_open() -> None:
    found = judge("GET", ("as",), "DelegatedWork", None, {("A.Raed.All",), ("A.Read.All",)}, KNOWN)
    assert found.support.accepted == (("A.Read.All",),)
    assert found.removed == (("no such permission under this scheme", ("A.Raed.All",)),)


def test_a_larger_alternative_is_no_alternative() -> None:
    tags = {("A.Read.All",): Listed(True, 1), ("A.Read.All", "B.Read.All"): Listed(False, 1)}
    found = judge("GET", ("as",), "DelegatedWork", tags, None, KNOWN)
    assert found.support.accepted == (("A.Read.All",),)
