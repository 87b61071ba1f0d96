"""Applications in the manifest template of Teams Toolkit and Microsoft 365 Agents Toolkit.

`aad.manifest.json` has the shape of either portal manifest, with `${{VAR}}` (older:
`{{state.x}}`) inside strings and names in place of GUIDs (`"Microsoft Graph"`,
`"User.Read"`); both stay as written. Which credentials the app gets is decided
elsewhere, by the toolkit's steps, so a template never states them.
https://learn.microsoft.com/microsoftteams/platform/toolkit/aad-manifest-customization
"""

from __future__ import annotations

from linter.model import Application
from linter.positions import At, Source
from linter.readers import graph, legacy, shape
from linter.typed import Any


def read(source: Source) -> tuple[Application, ...] | None:
    """Every application in the file; None if there is no place for one. Raises `Unreadable`."""
    found = tuple(application(members, at) for members, at in shape.applications(source))
    return found or None


def application(data: dict[str, Any], at: At) -> Application:
    """The application in already parsed data; raises `Unreadable` for a member of a wrong type."""
    read_shape = legacy.application if shape.is_legacy(data) else graph.application
    record = read_shape(data, at, "toolkit", "template")
    return record._replace(
        password_credentials=None, key_credentials=None, federated_identity_credentials=None
    )
