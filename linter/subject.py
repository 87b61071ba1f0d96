"""Stable names of the faulty thing: they survive moved lines and reordered arrays.

Fingerprints, ignores and baselines hang on them, so their shape never changes
within a major version.
"""

from linter.model import Call, Credential, FederatedIdentityCredential, Flow, Placed


def of_call(flow: Flow, call: Call) -> str:
    """`<flow> METHOD path`, the path as written, without query and fragment."""
    return f"{flow.name} {of_request(call)}"


def of_request(call: Call) -> str:
    """`METHOD path`, for messages."""
    return f"{call.method} {call.url.partition('?')[0].partition('#')[0]}"


def of_permission(resource: str, permission: str, type_: str) -> str:
    """`<API>/<permission>/<type>`; API and permission by name where they are known, else as written."""
    return f"{resource}/{permission}/{type_}"


def of_redirect(uri: str) -> str:
    """`redirect <uri>`."""
    return f"redirect {uri}"


def of_credential(credential: Credential) -> str:
    """`credential <keyId>`, or its display name, or its kind where it has neither."""
    return f"credential {credential.key_id or credential.display_name or credential.kind}"


def of_federated(credential: FederatedIdentityCredential) -> str:
    """`federated credential <name>`, or what it trusts where it has no name."""
    return f"federated credential {credential.name or credential.subject or credential.issuer or ''}".rstrip()


def of_flow(flow: Flow, field: str) -> str:
    """`<flow> <field>`, for a fault of the flow itself; the field as the calls file names it."""
    return f"{flow.name} {field}"


def as_written(record: Placed, field: str, name: str) -> str:
    """What the source itself calls a property, for messages: older manifests have other names.

    `name`, Microsoft Graph's, where it is not written.
    """
    at = record.places.get(field)
    return name if at is None else at.pointer.rpartition("/")[2]
