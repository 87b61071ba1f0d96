"""Reading the names that people write: licences and client libraries."""

from collections.abc import Iterable


def plain_licence(name: str) -> str:
    """A licence name as compared: `-`, `_` and blank are equal, and so is case."""
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether `name` equals a pattern or begins with one that ends in `*`."""
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns
    )


def library_name(text: str) -> str:
    """The package name in `text`, in lower case; "" for none.

    Versions are cut (`adal-node@0.2`, `adal==1.2`, `MSAL 4.60`, `pkg/1.0`), and so are the names of package
    managers (`npm:`, `pkg:npm/`). Of Maven coordinates the group and the artifact stay together.
    """
    name = text.strip().lower()
    for mark in (" ", "\t", "\n", ",", ";", "=", "<", ">", "~", "^", "[", "("):
        name = name.partition(mark)[0]
    name = _without_manager(name)
    at = name.find("@", 1)  # a leading @ is npm's scope
    if at > 0:
        name = name[:at]
    head, slash, tail = name.rpartition("/")
    if slash and _is_version(tail):
        name = head
    head, colon, tail = name.rpartition(":")
    if colon and _is_version(tail):
        name = head
    return name


def _without_manager(name: str) -> str:
    if name.startswith("pkg:"):  # a package URL: pkg:npm/%40azure/msal-node, pkg:maven/group/artifact
        manager, _, name = name[4:].partition("/")
        name = name.replace("%40", "@")
        return name.replace("/", ":", 1) if manager == "maven" else name
    head, colon, rest = name.partition(":")
    return rest if colon and head in _MANAGERS else name


def _is_version(text: str) -> bool:
    return text.removeprefix("v")[:1].isdigit()


_MANAGERS = frozenset({"npm", "pypi", "pip", "nuget", "maven", "gradle", "go", "gem", "cargo", "composer"})
