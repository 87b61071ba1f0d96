"""`entralint explain`: a rule, a permission, a GUID, an AADSTS code or a call, in full."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill, indent

from linter import ruleset
from linter.catalog.records import Permission
from linter.catalog.store import Catalog
from linter.cli import needs, parser
from linter.cli.output import write
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.errors import Unreadable, nearest
from linter.report.safe import plain
from linter.report.text import OPTIONS, predicted
from linter.typed import Any

_WIDTH = 100
#: What an example shows after its inputs, in words of its own.
_APART = ("title", "findings", "unknown", "fixed")


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.explain().parse_args(arguments)
    if options.grants is not None:
        # The answer is pasted into a shell: nothing but an appId goes into it.
        if options.grants != parser.ANY_APP and not is_guid(options.grants):
            raise Unreadable("explain", f"--grants takes an appId, and `{options.grants}` is none")
        write(grants_commands(options.grants))
        return 0
    thing = " ".join(options.thing).strip()
    if not thing:
        raise Unreadable("explain", "name a rule, a permission, a GUID, an AADSTS code or a call")
    write("\n".join(_explained(thing)) + "\n")
    return 0


def _explained(thing: str) -> Iterator[str]:
    """The lines about whatever `thing` is.

    Raises:
        Unreadable: nothing here is called so; the message names what comes near.
    """
    number = thing.upper().removeprefix("AADSTS")
    if number.isdecimal() and number.isascii():
        return _code(number.lstrip("0") or "0")
    if " " in thing:
        return _call(thing)
    if "/" in thing and not thing.startswith("/"):
        return _rule(thing)
    return _guid(thing.lower()) if is_guid(thing) else _name(thing)


def _rule(rule_id: str) -> Iterator[str]:
    rules = ruleset.load()
    ruleset.require(rule_id, rules, "explain")
    page, rule = ruleset.page(rule_id), rules[rule_id]
    yield f"{rule_id}: {page['title']}"
    yield f"{page['severity']}, confidence {page['confidence']}, since {page['since']}"
    yield ""
    yield _paragraph(page["why"])
    yield ""
    yield _paragraph(f"Fix: {page['fix']}")
    if page.get("false_positives"):
        yield ""
        yield _paragraph(f"Not a fault: {page['false_positives']}")
    yield ""
    if rule.predicts:
        yield f"Predicts   {predicted(rule.predicts)}"
    yield f"Needs      {', '.join(rule.needs)}" + (f"; uses {', '.join(rule.uses)}" if rule.uses else "")
    if rule.fixable:
        some = "" if _always_fixable(page) else ", in some cases"
        yield f"Fixed by   {OPTIONS[rule.fixable]}{some}"
    if rule.refines:
        yield f"Refines    {', '.join(rule.refines)}"
    if page.get("covers"):
        yield f"Covers     {', '.join(page['covers'])}"
    for reference in page["references"]:
        yield f"See        {reference}"
    for example in page["examples"]:
        yield from _example(example)


def _always_fixable(page: dict[str, Any]) -> bool:
    findings = [finding for example in page["examples"] for finding in example["findings"]]
    return all(finding.get("fixable") for finding in findings)


def _example(example: dict[str, Any]) -> Iterator[str]:
    import yaml

    outcome = (
        ("finds" if example["findings"] else "is silent")
        if not example.get("unknown")
        else "is not evaluated"
    )
    yield ""
    yield f"Example: {example['title']} ({outcome})"
    shown = {key: value for key, value in example.items() if key not in _APART}
    yield indent(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=_WIDTH).rstrip(), "    ")
    for finding in example["findings"]:
        yield f"  at {finding['at'] or 'the file'}: {finding['message']}"
    if "fixed" in example:
        yield "  fixed:"
        text = yaml.safe_dump(example["fixed"], sort_keys=False, allow_unicode=True, width=_WIDTH)
        yield indent(text.rstrip(), "    ")
    if example.get("unknown"):
        yield f"  not stated: {', '.join(example['unknown'])}"


def _paragraph(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _code(written: str) -> Iterator[str]:
    number = int(written) if len(written) < 12 else 0  # longer ones exist nowhere
    code = Entra().aadsts(number)
    rules = [rule for rule in ruleset.load().values() if rule.predicts and number in rule.predicts.aadsts]
    if code is None and not rules:
        raise Unreadable("explain", f"nothing is known here about AADSTS{written[:20]}")
    yield f"AADSTS{number}" + (f": {code.meaning}" if code else "")
    if code:
        yield f"source: {code.source} (confidence {code.confidence})"
    for rule in rules:
        yield f"predicted by {rule.id}: {rule.title}"


def _call(call: str) -> Iterator[str]:
    method, url = needs.split(call, "explain")
    catalog = Catalog.open()
    operation = catalog.find(method, url)
    if operation is None:
        raise Unreadable("explain", f"the catalogue has no operation for `{call}`")
    yield f"{method} {plain(url)} is {operation.method} {operation.template} ({operation.version})"
    for access, scheme in needs.ACCESS.items():
        support = catalog.support(operation, scheme)
        yield ""
        verdict = "supported" if support.supported else "not supported"
        yield f"{access}: {verdict}, confidence {support.confidence}"
        for alternative in support.least:
            yield f"  least  {' and '.join(alternative)}"
        for alternative in support.accepted:
            if alternative not in support.least:
                yield f"         {' and '.join(alternative)}"


def _guid(guid: str) -> Iterator[str]:
    catalog = Catalog.open()
    permissions = catalog.by_id(guid)
    name = catalog.resource_name(guid)
    if not permissions and name is None:
        raise Unreadable(
            "explain", f"{guid} is no permission and no app of Microsoft's that the catalogue knows"
        )
    if name is not None and not permissions:
        yield f"{guid} is the app {name}"
    for permission in permissions:
        yield from _permission(permission, catalog)


def _name(name: str) -> Iterator[str]:
    catalog = Catalog.open()
    permissions = catalog.named(name)
    if not permissions:
        rules = ruleset.load()
        if any(rule.family == name for rule in rules.values()):
            message = f"`{name}` is a family of rules; `entralint rules {name}` lists them"
            raise Unreadable("explain", message)
        near = " or ".join(rule_id for rule_id in rules if rule_id.endswith(f"/{name}")) or nearest(
            name, [permission.value for permission in catalog.all_permissions()], 0.8
        )
        hint = f"; did you mean {near}?" if near else ""
        raise Unreadable("explain", f"no rule, permission or call is called `{name}`{hint}")
    for permission in permissions:
        yield from _permission(permission, catalog)


def _permission(permission: Permission, catalog: Catalog) -> Iterator[str]:
    kind = "application permission (Role)" if permission.type == "Role" else "delegated permission (Scope)"
    yield f"{permission.value}: {kind} of {catalog.resource_name(permission.resource) or permission.resource}"
    yield f"  id             {permission.id or 'not known'}"
    consent = {
        True: "an administrator",
        False: "any user, where the tenant lets users consent",
        None: "not known",
    }
    yield f"  consent by     {consent[permission.admin_consent]}"
    yield f"  level          {permission.level or 'not known'} of 4"
    if permission.type == "Role" and permission.value in Entra().tier_zero:
        yield "  tier zero      a known path to Global Administrator"
    if permission.type == "Scope":
        yield f"  personal       {'offered' if permission.personal else 'not offered'} to personal accounts"
    marks = [
        word for word, true in (("hidden", permission.hidden), ("disabled", not permission.enabled)) if true
    ]
    if not permission.live:
        marks.append("not published by the API today")
    if marks:
        yield f"  state          {', '.join(marks)}"


def grants_commands(app_id: str) -> str:
    """The shell commands that save what the directory holds for one app as a grants file."""
    return (
        f"A={app_id}; G=https://graph.microsoft.com/v1.0; S=\"$G/servicePrincipals(appId='$A')\"\n"
        "{ az rest --url \"$G/servicePrincipals?\\$filter=appId eq '$A'\"\n"
        '  az rest --url "$S/appRoleAssignments"; az rest --url "$S/oauth2PermissionGrants"\n'
        "  az rest --url \"$G/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
        '?\\$select=id,appId,displayName,appRoles,oauth2PermissionScopes"; } > app.grants.json\n'
    )
