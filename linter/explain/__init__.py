"""Whatever a person may ask about: what a text means, and the pages that explain it.

A text may be a rule or family, a permission by name, GUID or scope, a call, an AADSTS number or a
message that holds one, an error code or status, or one of Microsoft's own apps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from linter import ruleset
from linter.catalog.layout import METHODS
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.errors import Unreadable, nearest
from linter.explain import app, error, operation, permission, rule
from linter.explain.app import AppPage
from linter.explain.error import AadstsPage, ErrorPage
from linter.explain.operation import OperationPage
from linter.explain.permission import PermissionPage
from linter.explain.rule import FamilyPage, RulePage
from linter.ruleset import Rule
from linter.typed import Final
from linter.wording import listed

Page = RulePage | FamilyPage | PermissionPage | OperationPage | AadstsPage | ErrorPage | AppPage

#: What can be asked about, for who asked about nothing.
THINGS: Final = "a rule, a permission, a GUID, an AADSTS or error code, a call, or one of Microsoft's APIs"

_WHERE: Final = "explain"
_AADSTS: Final = re.compile(r"AADSTS\s?0*([0-9]+)", re.IGNORECASE)
_STATUS: Final = re.compile(r"(?:HTTP\s?)?([0-9]{3})", re.IGNORECASE)

# Longer numbers exist nowhere, and Python refuses to read some of them.
_DIGITS: Final = 12


def pages(thing: str, opened: Callable[[], Catalog] = Catalog.open) -> list[Page]:
    """The pages about whatever `thing` is: several where several things are called so.

    `opened` gives the catalogue, and is asked only where one is needed.

    Raises:
        Unreadable: nothing here is called so; the message names what comes near.
    """
    thing = thing.strip()
    if not thing:
        raise Unreadable(_WHERE, f"name {THINGS}")
    word, _, rest = thing.partition(" ")
    if word.upper() in METHODS and rest.strip():
        return [_operation(word.upper(), rest.strip(), opened())]
    if number := _AADSTS.search(thing):
        return [_aadsts(number[1])]
    if status := _STATUS.fullmatch(thing):
        return [_status(int(status[1]))]
    if thing.isdecimal() and thing.isascii():
        return [_aadsts(thing.lstrip("0") or "0")]
    if is_guid(thing.strip("{}")):
        return _guid(thing.strip("{}").lower(), opened())
    if thing.startswith("/") or ("://" in word and operation.methods_at(thing, opened())):
        raise Unreadable(_WHERE, _without_method(thing, opened()))
    if "://" in word and not rest:
        return _scope(word, opened())
    if rest.lstrip().startswith(("/", "http://", "https://")):
        message = f"`{word}` is no method of HTTP: write a call as 'METHOD url', like 'GET /users/{{id}}'"
        raise Unreadable(_WHERE, message)
    return _named(thing, opened)


# --- calls ------------------------------------------------------------------------------------


def _operation(method: str, url: str, catalog: Catalog) -> OperationPage:
    entra = Entra()
    page = operation.page(method, url, catalog, entra)
    if page is not None:
        return page
    whose = operation.foreign(url, entra)
    if whose is not None:
        raise Unreadable(_WHERE, f"`{url}` is {whose}, and calls are known of Microsoft Graph alone")
    hint = operation.hint(method, url, catalog)
    raise Unreadable(_WHERE, f"the catalogue has no operation for `{method} {url}`{hint}")


def _without_method(path: str, catalog: Catalog) -> str:
    methods = operation.methods_at(path, catalog)
    like = methods[0] if methods else "GET"
    known = f", which takes {', '.join(methods)}" if methods else ""
    return f"`{path}` is an address{known}: write a call as '{like} {path}'"


# --- errors -----------------------------------------------------------------------------------


def _aadsts(digits: str) -> AadstsPage:
    entra = Entra()
    number = int(digits) if len(digits) <= _DIGITS else 0
    page = error.aadsts(number, ruleset.load(), entra)
    if page is not None:
        return page
    near = [f"AADSTS{one}" for one in error.aadsts_near(number, entra)]
    hint = f"; known nearby: {', '.join(near)}" if near else ""
    raise Unreadable(_WHERE, f"nothing is known here about AADSTS{digits[:20]}{hint}")


def _status(number: int) -> ErrorPage:
    if number not in error.STATUSES:
        known = ", ".join(map(str, error.STATUSES))
        raise Unreadable(_WHERE, f"nothing is known here about HTTP {number}; known are {known}")
    return error.status(number, ruleset.load(), Entra())


# --- permissions and apps ---------------------------------------------------------------------


def _guid(guid: str, catalog: Catalog) -> list[Page]:
    entra = Entra()
    role = entra.directory_role(guid)
    if role is not None:
        message = f"{guid} is no permission: it is the template id of the directory role {role.name}"
        raise Unreadable(_WHERE, message)
    found = catalog.by_id(guid)
    one = app.page(guid, catalog, entra)
    if found or one is not None:
        return [*permission.pages(found, catalog, entra, by_id=True), *([one] if one else [])]
    raise Unreadable(
        _WHERE,
        f"{guid} is no permission and no app of Microsoft's that the catalogue knows: "
        "it may be newer than the catalogue, or your own",
    )


def _scope(scope: str, catalog: Catalog) -> list[Page]:
    """The permission of a scope that names its API, or the API of an address."""
    entra = Entra()
    split = split_scope(scope)
    api = entra.resource_of_audience(split.audience) or entra.resource_of_audience(scope)
    if api is None:
        raise Unreadable(_WHERE, f"no API that is known here takes tokens for `{split.audience}`")
    found = [one for one in catalog.named(split.permission) if one.resource == api.app_id]
    if found:
        return [*permission.pages(found, catalog, entra, by_id=False)]
    if split.permission in ("", ".default") or entra.resource_of_audience(scope) is not None:
        page = app.page(api.app_id, catalog, entra)
        return [page] if page else []
    near = _near(
        split.permission, [one.value for one in catalog.all_permissions() if one.resource == api.app_id]
    )
    hint = f"; did you mean `{near}`?" if near else ""
    message = f"{api.name} publishes no permission `{split.permission}` that is known here{hint}"
    raise Unreadable(_WHERE, message)


# --- names ------------------------------------------------------------------------------------


def _named(name: str, opened: Callable[[], Catalog]) -> list[Page]:
    rules = ruleset.load()
    plain = name.lower()
    if plain in rules:
        return [rule.page(plain, rules)]
    families = {one.family for one in rules.values()}
    if plain in families:
        return [rule.family(plain, rules)]
    catalog, entra = opened(), Entra()
    found: list[Page] = [
        *permission.pages(catalog.named(name), catalog, entra, by_id=False),
        *_error(name, rules, entra),
        *_app(name, catalog, entra),
    ]
    if not found:
        raise Unreadable(_WHERE, _unknown(name, rules, catalog, entra))
    return found


def _error(name: str, rules: Mapping[str, Rule], entra: Entra) -> Iterator[ErrorPage]:
    page = error.code(name, rules, entra)
    if page is not None:
        yield page


def _app(name: str, catalog: Catalog, entra: Entra) -> Iterator[AppPage]:
    app_id = catalog.resource_id(name)
    # Upstream's list of apps has some directory roles by their template ids.
    if app_id is None or entra.directory_role(app_id) is not None:
        return
    page = app.page(app_id, catalog, entra)
    if page is not None:
        yield page


def _unknown(name: str, rules: Mapping[str, Rule], catalog: Catalog, entra: Entra) -> str:
    """That nothing is called `name`, and what of each kind comes near."""
    role = entra.directory_role(name)
    if role is not None:
        return f"`{role.name}` is a directory role, and none of the things that are explained here"
    near = [rule_id for rule_id in rules if rule_id.partition("/")[2] == name.lower()]
    area = f"{name.lower()}."
    begun = dict.fromkeys(
        one.value for one in catalog.all_permissions() if one.value.lower().startswith(area)
    )
    if begun:
        return f"nothing here is called `{name}`; permissions that begin so: {listed(begun, 8)}"
    if not near:
        near = list(filter(None, (_near(name, known) for known in _names(rules, catalog, entra))))
    hint = f"; did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
    return f"nothing here is called `{name}`{hint}"


def _names(rules: Mapping[str, Rule], catalog: Catalog, entra: Entra) -> Iterator[list[str]]:
    """The names of each kind of thing."""
    yield [*rules, *dict.fromkeys(one.family for one in rules.values())]
    yield list(dict.fromkeys(one.value for one in catalog.all_permissions()))
    yield list(dict.fromkeys(error.codes(rules, entra)))
    yield [api.name for api in entra.resources]


def _near(name: str, known: list[str]) -> str | None:
    """The nearest without regard to case, in the known spelling."""
    spelt = {one.lower(): one for one in known}
    near = nearest(name[:200].lower(), spelt, 0.8)
    return spelt[near] if near else None
