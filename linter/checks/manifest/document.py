"""The registration as a document: its format, and values that the directory refuses."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.errors import nearest
from linter.finding import Edit, Hit, Related, Unknown
from linter.model import NULL, Application, Null, place
from linter.placeholder import is_placeholder
from linter.positions import At
from linter.registration import repeated
from linter.registration.identifier_uris import accept_version_two


def legacy_format(application: Application) -> Iterator[Hit | Unknown]:
    """The file is in the format of Azure AD Graph, which the portal no longer reads.

    The toolkit's files have that shape too, and the toolkit converts them itself: their form is
    `toolkit`. An app for personal accounts only is likely owned by one, and those keep the format.
    """
    if application.form != "legacy" or application.sign_in_audience == "PersonalMicrosoftAccount":
        return
    at = min(_older_keys(application), key=_order, default=application.at)
    shown = at.pointer.rpartition("/")[2]
    yield Hit(
        "format",
        at,
        f"`{shown}` is a key of the Azure AD Graph format, which the portal no longer reads"
        if at != application.at
        else "this is the Azure AD Graph format, which the portal no longer reads",
        edits=(Edit("convert", application.at),),
        safe=False,  # whatever reads the file by the older names must follow
    )


def invalid_sign_in_audience(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """`signInAudience` is none of the four values, so the directory refuses to save it.

    Null is no fault: the directory fills in its default.
    """
    audience = application.sign_in_audience
    if audience is None or _is_open(audience):
        yield Unknown("application.sign_in_audience")
    elif isinstance(audience, str) and entra.sign_in_audience(audience) is None:
        values = [row.value for row in entra.sign_in_audiences]
        near, same_letters = _nearest(audience, values)
        hint = f"; `{near}` is" if near else ""
        at = place(application, "sign_in_audience")
        yield Hit(
            "signInAudience",
            at,
            f"`{audience}` is no value of `signInAudience`{hint}",
            severity="warning" if same_letters else None,  # no document says that case is compared
            confidence="medium" if same_letters else "high",
            fix=f"Write `{near}`." if near else None,
            edits=(Edit("replace", at, near),) if near else (),
            safe=same_letters,
        )


def token_version_for_personal_audience(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Personal accounts are admitted, but access tokens are not of version 2 (InvalidAccessTokenVersion)."""
    api, audience = application.api, application.sign_in_audience
    version = api.requested_access_token_version if api else None
    if version == 2:
        return
    if audience is None or _is_open(audience):
        yield Unknown("application.sign_in_audience")
        return
    row = entra.sign_in_audience(audience) if isinstance(audience, str) else None
    if row is None or not row.personal:
        return
    if api is None or version is None:
        yield Unknown("application.api.requested_access_token_version")
        return
    name = subject.as_written(api, "requested_access_token_version", "requestedAccessTokenVersion")
    shown = "null" if version is NULL else str(version)
    yield Hit(
        "api.requestedAccessTokenVersion",
        place(api, "requested_access_token_version"),
        f"`{name}` is {shown}, and an app for personal accounts must have 2",
        (Related(place(application, "sign_in_audience"), "admits personal accounts"),),
        edits=accept_version_two(application),
    )


def duplicate_required_access(application: Application, catalog: Catalog) -> Iterator[Hit | Unknown]:
    """An API, or a permission of one API, is listed twice in `requiredResourceAccess` (DuplicateValue)."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    for block in repeated.blocks(application, catalog):
        yield Hit(
            f"requiredResourceAccess {block.name}",
            block.at,
            f"`{block.name}` is listed a second time in `requiredResourceAccess`",
            (Related(block.earlier, "listed here before"),),
            edits=block.edits,
        )
    for entry in repeated.permissions(application, catalog):
        # That these are refused is not documented.
        yield Hit(
            entry.subject,
            entry.at,
            f"`{entry.name}` ({entry.type}) is listed a second time",
            (Related(entry.earlier, "listed here before"),),
            severity="warning",
            confidence="low",
            edits=entry.edits,
        )


# --- the older format ---------------------------------------------------------------------------


def _older_keys(application: Application) -> Iterator[At]:
    """The places of keys that Microsoft Graph names differently: those unlike the field they fill."""
    places = [*application.places.items()]
    if application.api is not None:
        places += application.api.places.items()
    for field, at in places:
        if at.pointer.rpartition("/")[2].lower() != field.replace("_", ""):
            yield at


def _order(at: At) -> tuple[int, int]:
    line, column, *_ = at.source.place(at.pointer)
    return line, column


# --- signInAudience -----------------------------------------------------------------------------


def _is_open(value: str | Null) -> bool:
    """Whether a placeholder stands in place of the value."""
    return isinstance(value, str) and is_placeholder(value)


def _nearest(audience: str, values: list[str]) -> tuple[str | None, bool]:
    """The value that is probably meant, and whether only upper and lower case differ."""
    for value in values:
        if value.lower() == audience.strip().lower():
            return value, value.lower() == audience.lower()
    return nearest(audience, values), False
