"""What a flow's token request asks for by `scope`, but for OpenID Connect's scopes.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

from linter.catalog.records import GRAPH
from linter.entra.scopes import split_scope
from linter.model import Flow, Text, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.typed import NamedTuple


class Asked(NamedTuple):
    """One scope of a request that is not OpenID Connect's. `open`: a placeholder hides what it asks for."""

    text: Text
    audience: str
    permission: str
    open: bool

    @property
    def is_default(self) -> bool:
        """Whether it asks for all that is granted."""
        return self.permission == ".default"

    @property
    def is_named(self) -> bool:
        """Whether it names a permission."""
        return bool(self.permission) and not self.is_default and not self.open

    @property
    def is_opaque(self) -> bool:
        """Whether a placeholder stands for the whole scope, the API's name included."""
        return self.open and not self.audience


class Whole(NamedTuple):
    """An API of which a request asks for all that is granted; `field` is where it does."""

    audience: str
    at: At
    field: str


def whole_apis(flow: Flow) -> list[Whole]:
    """The APIs that the flow asks for as wholes: by `.default`, or by v1's `resource`."""
    found = [
        Whole(one.audience or GRAPH, one.text.at, "flow.scopes") for one in asked_for(flow) if one.is_default
    ]
    if flow.resource is not None and not flow.scopes:
        found.append(Whole(flow.resource, place(flow, "resource"), "flow.resource"))
    return found


def asks_by_scope(flow: Flow) -> bool:
    """Whether the flow's request has a scope parameter; `resource` stands in its place in v1."""
    return (
        flow.access is not None
        and flow.endpoint != "v1"
        and (flow.resource is None or flow.scopes is not None)
    )


def asked_for(flow: Flow) -> list[Asked]:
    """The flow's scopes but OpenID Connect's, in order."""
    found = []
    for text in flow.scopes or ():
        scope = split_scope(text.value)
        if not scope.oidc and text.value.strip():
            hidden = scope.permission or scope.audience
            found.append(Asked(text, scope.audience, scope.permission, has_placeholder(hidden)))
    return found
