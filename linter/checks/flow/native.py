"""Native clients: whether what is registered for them is a device's.

Source: https://learn.microsoft.com/entra/identity-platform/scenario-desktop-app-registration
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.model import Application, Flow, Text, place
from linter.registration.clients import NATIVE, comes_back_to, misplaced, move
from linter.registration.redirects import registered, removing, unstated
from linter.sign_in.authority import at_entra, unnumbered
from linter.typed import Final
from linter.wording import verb

_LOOPBACK: Final = "http://localhost"


def legacy_default_redirect(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """The out-of-band redirect URI of the older libraries is registered; MSAL comes back elsewhere."""
    yield from unstated(application)
    for _, uri in registered(application):
        if not uri.value.lower().startswith("urn:ietf:wg:oauth"):
            continue
        users = [flow for flow in flows or () if comes_back_to(flow, uri)]
        if users and all(entra.library_kind(flow.library or "") == "adal" for flow in users):
            continue  # it is theirs, and that they are to be replaced is another rule's
        yield Hit(
            subject.of_redirect(uri.value),
            uri.at,
            f"`{uri.value}` is a redirect URI from the time of the libraries before MSAL",
            tuple(Related(place(flow, "redirect_uri"), f"`{flow.name}` comes back here") for flow in users),
            edits=() if users else _replace(uri, application),
            safe=False,  # the client must be built to come back to the new one
        )


def native_uri_registered_as_web(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A device's redirect URI is a server's: the code is redeemed only with a credential (AADSTS7000218)."""
    clients = (
        flow
        for flow in at_entra(flows)
        if flow.type == "authorization_code" and flow.platform in NATIVE and flow.credential in (None, "none")
    )
    for found in misplaced(clients, application, "web"):
        if isinstance(found, Unknown):
            yield found
            continue
        yield Hit(
            subject.of_redirect(found.uri.value),
            found.uri.at,
            f"`{found.uri.value}` is registered under `web`, whose clients must send a credential, and "
            f"{verb(found.users, 'is a native client', 'are native clients')} without one",
            tuple(
                Related(place(flow, "redirect_uri"), f"`{flow.name}` comes back here") for flow in found.users
            ),
            unnumbered(found.users, entra),
            edits=move(found, application, "publicClient", flows),
            safe=False,  # who else comes back there, no file says
        )


def _replace(uri: Text, application: Application) -> tuple[Edit, ...]:
    """The loopback address in its place; where that is registered already, this one goes."""
    if any(other.uri.value == _LOOPBACK for other in registered(application)):
        return (removing(uri),)
    return (Edit("replace", uri.at, _LOOPBACK),)
