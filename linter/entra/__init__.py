"""Microsoft's documented facts as reviewed tables, each row with its source and confidence.

`Entra` answers questions about them. The tables are the JSON files under
`tables/`; their row keys are the fields of the records in `records`.
"""

from linter.entra.facts import Entra

__all__ = ["Entra"]
