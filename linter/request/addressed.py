"""Which single thing a call is about: the site, library, list, file, team or chat that its URL names.

Only what stands in the URL itself counts. A placeholder may be anything within what stands before it, and a
search, a delta or a list of all sites is about no single thing.
"""

from __future__ import annotations

from linter.catalog.match import parse_url
from linter.placeholder import has_placeholder
from linter.typed import Final, Literal, NamedTuple

Level = Literal["site", "list", "list item", "file"]


class Addressed(NamedTuple):
    """What a call of SharePoint or OneDrive needs a grant on: the smallest object that does.

    Names are those of the URL. `site` is empty where it does not name the site, `container` (a library or
    list) where the whole site is meant, `item` (a file, folder or list item) where all of the container is.
    """

    level: Level
    site: str
    container: str = ""
    item: str = ""


# Functions that look through everything they can reach.
_EVERYWHERE: Final = frozenset({"delta", "search", "getallsites", "getallmessages", "allmessages"})


def sharepoint_object(method: str, url: str) -> Addressed | None:
    """What a call below sites, drives, shares and the drives of users and groups is about.

    None for everything else: other paths, placeholders, what is looked for everywhere, the signed-in
    user's own drive, and the grants on a site, which no permission for selected sites can change.
    """
    steps = _steps(parse_url(url).path)
    if steps is None or len(steps) < 2:
        return None
    head, name, *rest = steps
    kind, new = head.lower(), method not in ("GET", "HEAD")
    if _is_open(name):
        return None
    if kind == "sites":
        return _in_site(f"{head}/{name}", rest, new=new)
    if kind == "drives":
        return _in_drive("", f"{head}/{name}", rest, new=new)
    if kind == "shares":
        return Addressed("file", "", "", f"{head}/{name}")
    if kind in ("users", "groups") and rest:
        owner, below, of = f"{head}/{name}/{rest[0]}", rest[1:], rest[0].lower()
        if of == "drive":
            return _in_drive("", owner, below, new=new)
        if of == "drives" and below and not _is_open(below[0]):
            return _in_drive("", f"{owner}/{below[0]}", below[1:], new=new)
        if of == "sites" and below and kind == "groups" and not _is_open(below[0]):
            return _in_site(f"{owner}/{below[0]}", below[1:], new=new)
    return None


def team_or_chat(url: str) -> tuple[Literal["team", "chat"], str] | None:
    """The team or chat that a call names; None where it names none."""
    steps = _steps(parse_url(url).path)
    if steps is None or len(steps) < 2 or _is_open(steps[1]):
        return None
    kind = steps[0].lower()
    if kind == "teams":
        return "team", steps[1]
    return ("chat", steps[1]) if kind == "chats" else None


def _in_site(site: str, rest: list[str], *, new: bool) -> Addressed | None:
    """`rest` is what follows the site in the URL."""
    kind = rest[0].lower() if rest else ""
    if kind == "permissions":
        return None
    if kind == "drive":
        return _in_drive(site, f"{site}/drive", rest[1:], new=new)
    if len(rest) < 2 or _is_open(rest[1]):
        return Addressed("site", site)
    if kind == "lists":
        within = f"{site}/lists/{rest[1]}"
        if len(rest) > 3 and rest[2].lower() == "items" and not _is_open(rest[3]):
            return Addressed("list item", site, within, f"{within}/items/{rest[3]}")
        return Addressed("list", site, within)
    if kind == "drives":
        return _in_drive(site, f"{site}/drives/{rest[1]}", rest[2:], new=new)
    return Addressed("site", site)


def _in_drive(site: str, drive: str, rest: list[str], *, new: bool) -> Addressed:
    """`rest` is what follows the drive in the URL; a drive is a library, which is a list.

    What a path names may not exist before it is written, and nothing can be granted on it then.
    """
    if any(map(_is_open, rest[:2])):
        return Addressed("list", site, drive)
    if len(rest) > 1 and rest[0].lower() == "items" and rest[1].lower() != "root":
        item = rest[1].partition(":")[0] if new else rest[1]
        return Addressed("file", site, drive, f"{drive}/items/{item}")
    if rest and rest[0].lower().startswith("root:") and not new:
        return Addressed("file", site, drive, f"{drive}/{rest[0]}")
    return Addressed("list", site, drive)


def _steps(path: str) -> list[str] | None:
    """The steps of a path, an address with colons as one; None where it looks for things everywhere.

    `sites/contoso.sharepoint.com:/sites/team:/lists` has three, `root:/a/b.docx:/content` two.
    """
    steps: list[str] = []
    open_ = False
    for step in path.strip("/").split("/"):
        if open_:
            steps[-1] += "/" + step
            open_ = not step.endswith(":")
            if not open_:
                steps[-1] = steps[-1].removesuffix(":")
            continue
        if len(step) > 1 and step.endswith(":") and not step.startswith(":"):
            open_ = True
        steps.append(step)
    names = [step.lower().partition("(")[0].removeprefix("microsoft.graph.") for step in steps]
    return steps if _EVERYWHERE.isdisjoint(names) else None


def _is_open(step: str) -> bool:
    """Whether a step of a path is, or holds, a placeholder."""
    return has_placeholder(step) or step.startswith((":", "$"))
