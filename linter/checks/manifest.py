"""The registration as a document: what the directory refuses to save."""

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.errors import nearest
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import Declared, declared, resource_of
from linter.model import NULL, Application, Null, RequiredResourceAccess, place
from linter.placeholder import is_placeholder
from linter.positions import At


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
        edits=(
            Edit("replace", place(api, "requested_access_token_version"), 2)
            if "requested_access_token_version" in api.places
            else Edit("set", api.at, 2, "requestedAccessTokenVersion"),
        ),
    )


def duplicate_required_access(application: Application, catalog: Catalog) -> Iterator[Hit | Unknown]:
    """An API, or a permission of one API, is listed twice in `requiredResourceAccess` (DuplicateValue)."""
    entries = declared(application, catalog)
    blocks = application.required_resource_access
    if entries is None or blocks is None:
        yield Unknown("application.required_resource_access")
        return
    first: dict[str, RequiredResourceAccess] = {}
    for block in blocks:
        key = resource_of(block, catalog) or (block.resource_app_id or "").lower()
        if not key:
            continue
        earlier = first.setdefault(key, block)
        if earlier is not block:
            yield _second_block(block, earlier, catalog)._replace(edits=_merge(block, earlier, entries))
    yield from _second_entries(entries, catalog)


def _is_open(value: str | Null) -> bool:
    """Whether a placeholder stands in place of the value."""
    return isinstance(value, str) and is_placeholder(value)


# --- the older format -------------------------------------------------------------------------


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


# --- signInAudience ---------------------------------------------------------------------------


def _nearest(audience: str, values: list[str]) -> tuple[str | None, bool]:
    """The value that is probably meant, and whether only upper and lower case differ."""
    for value in values:
        if value.lower() == audience.strip().lower():
            return value, value.lower() == audience.lower()
    return nearest(audience, values), False


# --- requiredResourceAccess -------------------------------------------------------------------


def _second_block(block: RequiredResourceAccess, earlier: RequiredResourceAccess, catalog: Catalog) -> Hit:
    name = _api_name(block, catalog)
    return Hit(
        f"requiredResourceAccess {name}",
        block.at,
        f"`{name}` is listed a second time in `requiredResourceAccess`",
        (Related(earlier.at, "listed here before"),),
    )


def _merge(
    block: RequiredResourceAccess, earlier: RequiredResourceAccess, entries: Iterable[Declared]
) -> tuple[Edit, ...]:
    """The edits that put what only the second block holds into the first; none where one leaves it open."""
    if block.resource_access is None or earlier.resource_access is None:
        return ()
    seen = {_meaning(entry) for entry in entries if entry.block is earlier}
    edits: list[Edit] = []
    for entry in entries:
        if entry.block is not block or _meaning(entry) in seen:
            continue
        if entry.entry.id is None or entry.entry.type is None:
            return ()
        seen.add(_meaning(entry))
        written = {"id": entry.entry.id, "type": entry.entry.type}
        edits.append(Edit("append", earlier.at.child("resourceAccess"), written))
    return (*edits, Edit("remove", block.at))


def _meaning(entry: Declared) -> tuple[str, str]:
    """What an entry declares, however it is written."""
    return _name(entry).strip().lower(), (entry.entry.type or "").strip().lower()


def _name(entry: Declared) -> str:
    """The permission's name, else as written: an id under the wrong type is not that of the other one."""
    if entry.state == "known" and entry.permission is not None:
        return entry.permission.value
    return entry.entry.id or ""


def _second_entries(entries: Iterable[Declared], catalog: Catalog) -> Iterator[Hit]:
    """Permissions that one block lists twice. That these are refused is not documented."""
    first: dict[tuple[int, str, str], Declared] = {}
    for entry in entries:
        written, type_ = entry.entry.id, entry.entry.type
        if written is None or type_ is None:
            continue
        name = _name(entry)
        earlier = first.setdefault((id(entry.block), name.lower(), type_), entry)
        if earlier is not entry:
            yield Hit(
                subject.of_permission(_api_name(entry.block, catalog), name, type_),
                entry.entry.at,
                f"`{name}` ({type_}) is listed a second time",
                (Related(earlier.entry.at, "listed here before"),),
                severity="warning",
                confidence="low",
                edits=(Edit("remove", entry.entry.at),),
            )


def _api_name(block: RequiredResourceAccess, catalog: Catalog) -> str:
    """The API's display name where it is known, else as written."""
    resource = resource_of(block, catalog)
    return (resource and catalog.resource_name(resource)) or block.resource_app_id or ""
