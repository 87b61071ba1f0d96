"""What calls need, for machines, version 1; `entralint schema needs` is its JSON Schema."""

from __future__ import annotations

import json

from linter.catalog.records import Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.report.needs import Answer, Asked, Least, is_tier_zero, permission_of, selected_instead
from linter.report.safe import masked, plain
from linter.typed import Any, Final

VERSION: Final = 1


def render(answer: Answer, catalog: Catalog, entra: Entra) -> str:
    """The answer as one JSON object."""
    text = json.dumps(document(answer, catalog, entra), indent=2)
    # URLs are echoed as given, so what CI logs take for a command is escaped as JSON does it.
    return text.replace("##", "#\\u0023") + "\n"


def document(answer: Answer, catalog: Catalog, entra: Entra) -> dict[str, Any]:
    """The answer as plain values."""
    found: dict[str, Any] = {
        "version": VERSION,
        "calls": [_call(call) for call in answer.calls],
        "minimum": {one.access: _minimum(one, catalog, entra) for one in answer.least},
    }
    if answer.flows:
        found["flows"] = [
            {"flow": plain(one.flow), "access": one.access, "minimum": _minimum(one, catalog, entra)}
            for one in answer.flows
        ]
        found["elsewhere"] = [masked(call) for call in answer.elsewhere]
    return found


def _call(call: Asked) -> dict[str, Any]:
    return {
        "method": call.method,
        "url": masked(call.url),
        "operation": call.operation.template if call.operation else None,
        "version": call.operation.version if call.operation else None,
        "reason": plain(call.reason) or None,
        "access": {name: _support(support) for name, support in call.access.items()},
    }


def _support(support: Support) -> dict[str, Any]:
    return {
        "supported": support.supported,
        "accepted": list(map(list, support.accepted)),
        "least": list(map(list, support.least)),
        "confidence": support.confidence,
    }


def _minimum(one: Least, catalog: Catalog, entra: Entra) -> dict[str, Any]:
    found = one.minimum
    known = [permission_of(name, one.type, catalog) for name in found.permissions]
    covers = list(zip(one.calls, found.covers, strict=True))
    return {
        "permissions": list(found.permissions),
        "levels": [permission.level if permission else None for permission in known],
        "admin_consent": [
            permission.value for permission in known if permission and permission.admin_consent
        ],
        "tier_zero": [name for name in found.permissions if is_tier_zero(name, one.type, entra)],
        "excess": found.objective.excess,
        "narrower": list(found.narrower),
        "narrower_excess": found.narrower_excess if found.narrower else None,
        "selected": [
            {"permission": scope.name, "instead_of": name} for name, scope in selected_instead(one, entra)
        ],
        "ties": list(map(list, found.ties)),
        "more_ties": found.more_ties,
        "exact": found.exact,
        "confidence": found.confidence,
        "uncovered": [{"call": call, "reason": cover.reason} for call, cover in covers if cover.reason],
        "proof": [
            {"call": call, "by": list(cover.by), "considered": list(map(list, cover.considered))}
            for call, cover in covers
            if not cover.reason
        ],
    }
