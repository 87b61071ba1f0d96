"""Placeholders: what a template holds in place of a value.

A placeholder is opaque: it may stand for anything, so nothing is said about it,
but the same placeholder is the same value.
"""

from __future__ import annotations

from linter.typed import Final

# Teams toolkit `${{X}}`, its older form and mustache `{{x}}`, shells and pipelines `${X}`, `$(X)`,
# Power Platform `[[X]]` and `@@x@@`, replace-tokens `#{X}#`, documents `<x>` and `{x}`, Windows `%X%`.
# Longer openings first: `{{x}}` is not `{x}`.
_BRACKETS: Final = (
    ("${{", "}}"),
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("#{", "}#"),
    ("[[", "]]"),
    ("@@", "@@"),
    ("<", ">"),
    ("{", "}"),
    ("%", "%"),
)
# What a document shows instead of a value that is nobody's business; a wildcard is one star.
_MASK: Final = "***"
_OPENERS: Final = frozenset(opening[0] for opening, _ in _BRACKETS) | {_MASK[0]}
_HEX: Final = frozenset("0123456789abcdefABCDEF")


def is_placeholder(text: str) -> bool:
    """Whether the whole text is one placeholder."""
    text = text.strip()
    if text[:1] not in _OPENERS:
        return False
    if text.startswith("$") and _is_variable(text[1:]):
        return True
    if text.startswith(_MASK) and not text.strip("*"):
        return True
    return any(_first(text, opening, closing) == (0, len(text)) for opening, closing in _BRACKETS)


def has_placeholder(text: str) -> bool:
    """Whether a placeholder stands in the text, as in `https://${{HOST}}/auth`.

    A bare `$id` counts where a scheme or a host stands, as in `$ORIGIN/auth` and `api://$APP_ID`:
    in a path, `$` is also an ordinary character.
    """
    if not any(opener in text for opener in _OPENERS):
        return False
    return (
        _MASK in text
        or is_placeholder(text)
        or any(_first(text, opening, closing) for opening, closing in _BRACKETS)
        or _starts_with_variable(text)
        or _starts_with_variable(text.partition("://")[2])
    )


def _is_variable(name: str) -> bool:
    """Whether `name` follows the `$` of a shell or PowerShell variable (`$id`, `$env:ID`, `$app.AppId`)."""
    return name.replace(":", "_").replace(".", "_").isidentifier()


def _starts_with_variable(text: str) -> bool:
    """Whether all that comes before the first slash or colon is a variable (`$HOST:8080/auth`)."""
    return text[:1] == "$" and _is_variable(text[1:].partition("/")[0].partition(":")[0])


def _first(text: str, opening: str, closing: str) -> tuple[int, int] | None:
    """Start and end of the first `opening` … `closing` with something between."""
    start = text.find(opening)
    while start >= 0:
        inside = start + len(opening)
        end = text.find(closing, inside)
        if end < 0:
            return None
        after = end + len(closing)
        if text[inside:end].strip(opening + closing) and not (
            opening == "%" and _is_encoding(text, inside, after)
        ):
            return start, after
        start = text.find(opening, inside)
    return None


def _is_encoding(text: str, inside: int, after: int) -> bool:
    """Whether the two `%` belong to percent-encoded characters, as in `%2Fa%20`."""
    return (
        set(text[inside : inside + 2]) <= _HEX
        and set(text[after : after + 2]) <= _HEX
        and after + 2 <= len(text)
    )
