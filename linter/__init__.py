"""entralint: a static configuration linter for Microsoft Entra app registrations."""

__version__ = "0.1.0"
