"""What the name of a permission says by itself."""

from __future__ import annotations

from linter.typed import Final

# How a word of a name begins that changes something.
_WRITES: Final = (
    "readwrite", "readupdate", "write", "create", "manage", "send", "delete", "fullcontrol", "update",
    "submit", "initiate", "join", "invite", "enable", "disable", "add", "remove", "assign", "restore",
    "migrate", "approve", "start", "release", "control", "archive", "upload", "convert", "provision",
    "operate", "privilegedoperations", "revoke",
)  # fmt: skip


def reads(name: str) -> bool:
    """Whether a permission by its name only reads: `Mail.Read`, `User.ReadBasic.All`."""
    words = name.lower().split(".")[1:]
    return any(word.startswith("read") for word in words) and not writes(name)


def writes(name: str) -> bool:
    """Whether a permission by its name changes something: `Mail.ReadWrite`, `Mail.Send`."""
    return any(word.startswith(_WRITES) for word in name.lower().split(".")[1:])


def basic(name: str) -> bool:
    """Whether a permission opens basic properties only, where another one opens the whole object.

    `Mail.ReadBasic` leaves out bodies and attachments; of groups, `GroupMember.Read.All` reads the basic
    properties and the members, as its published description says.
    """
    return "Basic" in name.partition(".")[2] or name.startswith("GroupMember.")


def of_some(name: str) -> bool:
    """Whether a permission is for some objects only, such as those that the app owns, by its name."""
    rest = name.partition(".")[2]
    return name.endswith(".OwnedBy") or "SelfFor" in rest or "Selected" in rest


def area(name: str) -> str:
    """The first word of a permission's name: `Team` of `TeamSettings.Read.All`."""
    rest = name[1:]
    return name[:1] + rest[: len(rest) - len(rest.lstrip("abcdefghijklmnopqrstuvwxyz"))]


def narrower(name: str, other: str) -> bool:
    """Whether a name says less than another of its area: it does not write, or is for one's own objects."""
    if name.partition(".")[0] != other.partition(".")[0]:
        return False
    return name + ".All" == other or (writes(other) and not writes(name))


def containing(name: str) -> tuple[str, ...]:
    """The permissions that give all of what another one gives, by their names and published descriptions.

    `Mail.ReadWrite` reads what `Mail.Read` and `Mail.ReadBasic` read, and `Group.ReadWrite.All` changes the
    members that `GroupMember.ReadWrite.All` changes; the tables of many operations leave them out.
    """
    areas = [name]
    if name.startswith("GroupMember."):
        areas.append("Group." + name.removeprefix("GroupMember."))
    if name == "GroupMember.ReadWrite.All":
        areas.append("Directory.ReadWrite.All")
    found = dict.fromkeys(areas)
    for wider in areas:
        words = wider.split(".")
        for word, more in _CONTAINED.items():
            if word in words:
                at = words.index(word)
                found.update(dict.fromkeys(".".join([*words[:at], one, *words[at + 1 :]]) for one in more))
    del found[name]
    return tuple(found)


_CONTAINED: Final = {"Read": ("ReadWrite",), "ReadBasic": ("Read", "ReadWrite")}


def whole_directory(name: str) -> bool:
    """Whether a permission stands for most of the directory at once: `Directory.Read.All`."""
    return name.startswith("Directory.")


def for_everybody(name: str) -> bool:
    """Whether a permission by its name is for everybody's objects: `User.Read.All`, not `User.Read`."""
    return name.endswith(".All")


def consented_by_resource(name: str) -> bool:
    """Resource-specific consent: granted inside one team, chat or for one user's own installation."""
    return name.endswith((".Group", ".Chat", ".User"))
