"""The privilege diff for machines, version 1; `entralint schema diff` is its JSON Schema."""

from __future__ import annotations

from linter.privilege_diff import AppDiff, Change, Consent, Declaration, Setting, Use
from linter.report.diff import DiffReport
from linter.report.json import laid_out, place, problem, tool
from linter.report.safe import plain
from linter.subject import of_request
from linter.typed import Any, Final

VERSION: Final = 1


def render(report: DiffReport) -> str:
    """The whole report as one JSON object: a line for each app and problem."""
    diff = report.diff
    return laid_out(
        {
            "version": VERSION,
            "tool": tool(report.catalog),
            "old": plain(report.sides[0]),
            "new": plain(report.sides[1]),
            "apps": list(map(_app, diff.apps)),
            "left_out": list(map(plain, report.left_out)),
            "errors": list(map(problem, report.problems)),
            "summary": {**diff.counts(), "unchanged": diff.unchanged, "unstated": diff.unstated},
        }
    )


def _app(app: AppDiff) -> dict[str, Any]:
    return {
        "name": plain(app.name),
        "app_id": _plain(app.app_id),
        "status": app.status,
        "old_file": _plain(app.old_file),
        "new_file": _plain(app.new_file),
        "changes": list(map(_change, app.changes)),
        "settings": list(map(_setting, app.settings)),
        "consent": _consent(app.consent),
        "calls_file": app.calls_file and app.calls_file._asdict(),
        "unstated": list(app.unstated),
    }


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "before": change.before and _declaration(change.before),
        "after": change.after and _declaration(change.after),
        "calls": None if change.uses is None else list(map(_use, change.uses)),
    }


def _permission(one: Declaration) -> dict[str, Any]:
    return {"api": plain(one.api), "name": plain(one.name), "type": plain(one.type)}


def _declaration(one: Declaration) -> dict[str, Any]:
    return {
        **_permission(one),
        "id": plain(one.id),
        "state": one.state,
        "level": one.level,
        "tier_zero": one.tier_zero,
        "admin_consent": one.admin_consent,
        "personal": one.personal,
        **place(one.at),
    }


def _use(use: Use) -> dict[str, Any]:
    return {
        "how": use.how,
        "call": plain(of_request(use.call)),
        "flow": plain(use.flow),
        "others": list(map(plain, use.others)),
        "sufficed": use.sufficed,
        **place(use.call.at),
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "before": plain(setting.before),
        "after": plain(setting.after),
        "opens": list(setting.opens),
        "closes": list(setting.closes),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "again": consent.again,
        "tenants": consent.tenants,
        "administrator": list(map(_permission, consent.administrator)),
        "user": list(map(_permission, consent.user)),
        "unknown": list(map(_permission, consent.unknown)),
        "kept": list(map(_permission, consent.kept)),
        "everything": consent.everything,
    }
