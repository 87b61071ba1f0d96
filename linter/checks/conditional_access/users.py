"""For whom a flow signs in."""

from __future__ import annotations

from collections.abc import Iterator

from linter.authority import serves_customers
from linter.entra import Entra
from linter.ladder import may_be_work_account
from linter.model import Application, Flow


def of_users(flows: tuple[Flow, ...], application: Application | None, entra: Entra) -> Iterator[Flow]:
    """The flows for a user of a tenant: no personal account, and nobody's customer."""
    for flow in flows:
        if may_be_work_account(flow, application) and not serves_customers(flow, entra):
            yield flow
