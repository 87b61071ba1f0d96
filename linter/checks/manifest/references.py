"""Clients, scopes and roles that a registration or a flow names, and that are not there to be used."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import Application, Flow, Grants, Inventory, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration.switched_off import Published, switched_off
from linter.sign_in.audience import is_own
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def known_client_invalid(application: Application, tenant: Tenant | None = None) -> Iterator[Hit | Unknown]:
    """A known client is the app itself, no id, or no app of the tenant: consent is then not combined."""
    api = application.api
    clients = api.known_client_applications if api is not None else None
    if api is None or clients is None:
        yield Unknown("application.api.known_client_applications")
        return
    if not clients:
        return
    principals = tenant.service_principals if tenant is not None else None
    known = None if principals is None else {principal.app_id for principal in principals}
    own = (application.app_id or "").lower()
    for number, client in enumerate(clients):
        at, plain = place(api, "known_client_applications").child(number), client.strip().lower()
        subject_ = f"api.knownClientApplications {client}"
        if has_placeholder(client):
            if client == application.app_id:
                yield _known_self(subject_, at)
        elif not is_guid(plain):
            yield Hit(subject_, at, f"`{client}` in `knownClientApplications` is no appId")
        elif plain == own:
            yield _known_self(subject_, at)
        elif application.app_id is None:
            yield Unknown("application.app_id")
        elif known is not None and plain not in known:
            yield Hit(subject_, at, f"`{client}` in `knownClientApplications` is no app of this tenant")


def disabled_scope_or_role_used(
    application: Application,
    flows: tuple[Flow, ...],
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A flow asks an API for what the API has switched off. Microsoft Graph's are another rule's."""
    off = switched_off(application, grants)
    seen: set[At] = set()
    for flow in flows:
        for text in flow.scopes or ():
            scope = split_scope(text.value)
            if scope.oidc or not scope.audience or has_placeholder(text.value):
                continue
            if is_own(application, scope.audience) and (
                application.api is None or application.api.oauth2_permission_scopes is None
            ):
                yield Unknown("application.api.oauth2_permission_scopes")
            for found in off:
                if not found.is_for(scope.audience, application):
                    continue
                if scope.is_default:
                    for hit in _declared_but_off(flow, found, application):
                        if hit.at not in seen:
                            seen.add(hit.at)
                            yield hit
                elif found.type == "Scope" and found.value == scope.permission:
                    message = f"`{flow.name}` asks for `{text.value}`, which the API has switched off"
                    yield _off(f"{flow.name} scope {text.value}", text.at, message, found)
        if off and flow.access is not None and flow.scopes is None and flow.resource is None:
            yield Unknown("flow.scopes")
    clients = inventory.api.clients if inventory is not None and inventory.api is not None else None
    for client in clients or ():
        for name in client.scopes or ():
            for found in off:
                if found.own and found.type == "Scope" and found.value == split_scope(name).permission:
                    message = f"`{client.app}` asks for `{found.value}`, which the API has switched off"
                    yield _off(f"api.clients {client.app} {found.value}", client.at, message, found)


# --- words --------------------------------------------------------------------------------------


def _known_self(subject_: str, at: At) -> Hit:
    message = "the app lists itself in `knownClientApplications`, where its clients belong"
    return Hit(subject_, at, message, edits=(Edit("remove", at),))


def _off(subject_: str, at: At, message: str, found: Published) -> Hit:
    return Hit(
        subject_,
        at,
        message,
        (Related(found.at, "is switched off"),),
        edits=(Edit("set", found.at, value=True, key="isEnabled"),) if found.own else (),
        safe=False,  # whoever switched it off had a reason
    )


def _declared_but_off(flow: Flow, found: Published, application: Application) -> Iterator[Hit]:
    """What a flow that asks for all that is declared does not get."""
    if (found.type == "Role") != (flow.access == "application"):
        return
    for block in application.required_resource_access or ():
        if (block.resource_app_id or "").lower() != found.app_id:
            continue
        for entry in block.resource_access or ():
            if (entry.id or "").lower() == found.id and entry.type == found.type:
                message = (
                    f"`{flow.name}` needs `{found.value}` ({found.type}), which the API has switched off"
                )
                name = subject.of_permission(found.api or found.app_id, found.value, found.type)
                # What is declared and off is left out of the token; that it is refused is not documented.
                yield _off(name, entry.at, message, found)._replace(predicts=Predicts())
