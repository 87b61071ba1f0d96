"""A URL as tokens, and tokens to a place in the template trie.

One normal form serves both sides: `tokens` is applied to upstream's templates
when the catalogue is compiled and to a caller's URL when it is matched. A token
is one of

* `{}`, a slot: an id, or a placeholder for one (`{id}`, `<id>`, `:id`, `${id}`, `$id`);
* a lower-case literal (`users`, `$count`, `range(address)`);
* a *rigid* literal, written with a leading `.`: a type cast or a function call
  (`.user`, `.delta`), which no slot of a template may stand for.

A template's slot takes any one token of a URL but a rigid one, a function call
with arguments, and the reserved `$ref`, `$count`, `$value`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter.memory import remembers
from linter.typed import Final, NamedTuple

SLOT: Final = "{}"

GRAPH_HOSTS: Final = frozenset(
    {
        "graph.microsoft.com",
        "canary.graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
        "graph.microsoft.de",
    }
)

_SCHEMES: Final = frozenset({"https:", "http:"})
_VERSIONS: Final = frozenset({"v1.0", "beta"})

# `$` also begins a shell variable (`$userId`): only these are OData's own segments.
_RESERVED: Final = frozenset({"$ref", "$count", "$value", "$batch", "$links", "$metadata"})

# `childFolders/{id}/.../messages` in documents: any number of levels, so none as well.
_NOTHING: Final = frozenset({"", "..."})

# How a placeholder begins, or a second slash.
_OPENING: Final = frozenset("{<[($:/")

# What makes a path need more than lower() and split("/").
_SPECIAL: Final = "({%:$<['\""


class Address(NamedTuple):
    """A URL taken apart.

    `host` is lower-case and "" for a bare path, which means Microsoft Graph.
    `version` is `v1.0` or `beta`, and "" where a full URL names none; a bare
    path without one means v1.0. `path` begins with `/` and has no version,
    `query` no `?`. Text is as written, not decoded.
    """

    host: str
    version: str
    path: str
    query: str


@remembers(1024)  # a dozen rules take the same few URLs apart
def parse_url(url: str) -> Address:
    """Take a URL or bare path apart. Never raises."""
    url, _, _ = url.strip().partition("#")
    url, _, query = url.partition("?")
    host = ""
    scheme, separator, rest = url.partition("://")
    if separator and "/" not in scheme:
        host, _, url = rest.partition("/")
    elif url.partition("/")[0].lower() in GRAPH_HOSTS:
        host, _, url = url.partition("/")
    # A user name or port is no part of the host's name; `{host}` stays as it is.
    host = host.rpartition("@")[2].lower()
    if not host.startswith(("{", "$", "<", "[")):
        host = host.partition(":")[0]
    segments = [segment for segment in url.split("/") if segment]
    if segments and not host and len(segments) > 1 and _placeholder(segments[0]):
        # `{base}/v1.0/users`, `${GRAPH}/users`: the placeholder is the address up to here.
        del segments[0]
    version = "" if host else "v1.0"
    if segments and segments[0].lower() in _VERSIONS:
        version = segments.pop(0).lower()
    elif host and segments and _placeholder(segments[0]):
        del segments[0]
        version = "v1.0"
    return Address(host, version, "/" + "/".join(segments), query)


def call(url: str) -> tuple[str, list[str]] | None:
    """The version ("" for none) and tokens of a URL; None if it is not Microsoft Graph's. Never raises."""
    # The usual forms are taken apart here at a quarter of parse_url's price.
    if url[-1:].isspace():
        url = url.rstrip()
    if url[:1] == "/" and url[1:2] not in _OPENING:
        path = _without_query(url)
        head = path[1:].partition("/")[0].lower()
        if head in _VERSIONS:
            return head, tokens(path[len(head) + 1 :])
        return "v1.0", tokens(path)
    parts = url.split("/", 4)
    if len(parts) == 5 and parts[2] in GRAPH_HOSTS and parts[3] in _VERSIONS and parts[0] in _SCHEMES:
        return parts[3], tokens(_without_query(parts[4]))
    address = parse_url(url)
    if not is_graph(address.host):
        return None
    return address.version, tokens(address.path)


def _without_query(path: str) -> str:
    if "#" in path:
        path = path.partition("#")[0]
    if "?" in path:
        path = path.partition("?")[0]
    return path


def is_graph(host: str) -> bool:
    """Whether a lower-case host is Microsoft Graph in any cloud, or a placeholder for it."""
    return not host or host in GRAPH_HOSTS or host[0] in "{$<["


def tokens(path: str) -> list[str]:
    """The normal form of a path without version, query and fragment. Never raises."""
    lowered = path.lower()
    for character in _SPECIAL:
        if character in lowered:
            return _careful(lowered)
    segments = lowered.split("/")
    if "" in segments:
        segments = [segment for segment in segments if segment]
    if "graph." in lowered or "/." in lowered or lowered[:1] == ".":
        return [_plain(segment) for segment in segments if segment not in _NOTHING]
    return segments


def rigid(token: str) -> bool:
    """Whether no slot of a template may stand for this token of a URL."""
    return token[0] == "." or token[0] == "$" or token[-1] == ")"


def _plain(segment: str) -> str:
    """A segment without brackets, quotes or placeholders: a literal, or a cast."""
    if segment.startswith(("microsoft.graph.", "graph.")):
        return "." + segment.rpartition(".")[2] if segment[-1] != "." else segment
    if segment[0] == ".":
        return SLOT
    return segment


def _careful(path: str) -> list[str]:
    """`tokens` of a path that needs decoding, argument lists, placeholders or `:path:`."""
    out: list[str] = []
    segments = [segment for segment in split(_decode(path)) if segment not in _NOTHING]
    at = 0
    while at < len(segments):
        segment = segments[at]
        at += 1
        if segment[-1] == ":" and len(segment) > 1:
            # `root:/a/b.txt:/content`, `{id}:/a/b.txt`, `sites/{host}:/a/b:/lists`: up to the
            # closing colon all is one path, which addresses one item.
            end = at
            while end < len(segments) and not segments[end].endswith(":"):
                end += 1
            _address(out, segment[:-1], at < len(segments))
            at = end + 1
            continue
        out += _segment(segment)
    return out


def _address(out: list[str], head: str, path_follows: bool) -> None:
    """Append what `head:/path:` addresses."""
    if head == "root" and not path_follows:
        out.append(head)
    elif out and out[-1] == "special":
        out[-1:] = ["items", SLOT]
    elif head == "root" and not (out and out[-1] == "sites"):
        out += ["items", SLOT]
    else:
        out.append(SLOT)


def _segment(segment: str) -> tuple[str, ...]:
    """The tokens of one segment: two for a key in brackets, else one."""
    if segment[0] in "{<[($:" and _placeholder(segment):
        return (SLOT,)
    name, bracket, rest = segment.partition("(")
    if not bracket:
        if "{" in segment or "'" in segment or '"' in segment or "<" in segment:
            return (SLOT,)
        return (_plain(segment),)
    if "." in name:  # a namespace, as in a cast: microsoft.graph.range(…), Default.findByKbNumber(…)
        name = name.rpartition(".")[2]
    if not name:
        return (SLOT,)
    arguments = rest.rpartition(")")[0] if ")" in rest else rest
    if not arguments.strip():
        return ("." + name,)
    names = _argument_names(arguments)
    if names is None:
        return (name, SLOT)
    return (f"{name}({','.join(names)})",)


def _argument_names(arguments: str) -> list[str] | None:
    """The sorted names of `a='x',b={y}`; None for a bare key (`'x'`, `{id}`)."""
    names = []
    for argument in split(arguments, ","):
        name, equals, _ = argument.partition("=")
        name = name.strip()
        if not equals or not name or name[0] in "'\"{<":
            return None
        names.append(name)
    return sorted(names)


def _placeholder(segment: str) -> bool:
    """Whether the whole segment stands for a value the author fills in."""
    first = segment[0]
    if first in "{<[(":
        return True
    if first == "$":
        return segment not in _RESERVED and segment.partition("(")[0] not in _RESERVED
    return first == ":" and len(segment) > 1


_CLOSING: Final = {"(": ")", "{": "}", "<": ">"}


def split(text: str, at: str = "/") -> list[str]:
    """`text` cut at every `at` outside quotes and brackets; at every one if those are unbalanced."""
    parts = text.split(at)
    if len(parts) == 1 or all(map(_balanced, parts)):
        return parts
    out, start, quote, open_ = [], 0, "", ""
    for index, character in enumerate(text):
        if quote:
            if character == quote:
                quote = ""
        elif character == at:
            if not open_:
                out.append(text[start:index])
                start = index + 1
        elif character in "'\"" and (open_ or at == ","):
            # Outside brackets a quote is part of a name: /users/o'neil@contoso.com
            quote = character
        elif character in _CLOSING:
            open_ += _CLOSING[character]
        elif open_ and character == open_[-1]:
            open_ = open_[:-1]
    if quote or open_:
        return parts
    out.append(text[start:])
    return out


def _balanced(text: str) -> bool:
    """Whether no bracket or quote that `text` opens is left open, by count."""
    return (
        text.count("(") == text.count(")")
        and text.count("{") == text.count("}")
        and text.count("<") == text.count(">")
        and not text.count("'") % 2
        and not text.count('"') % 2
    )


_HEX: Final = frozenset("0123456789abcdef")


def _decode(path: str) -> str:
    """Percent-decoding, once, of lower-case text. An encoded `/` stays encoded: it cuts nothing."""
    if "%" not in path:
        return path
    head, *parts = path.split("%")
    data = bytearray(head.encode("utf-8", "surrogatepass"))
    for part in parts:
        code = part[:2]
        if len(code) == 2 and code[0] in _HEX and code[1] in _HEX and code != "2f":
            data.append(int(code, 16))
            data += part[2:].encode("utf-8", "surrogatepass")
        else:
            data += b"%" + part.encode("utf-8", "surrogatepass")
    # Decoded bytes may hold upper case (%41); templates are lower-case.
    return data.decode("utf-8", "replace").lower()


# --- when nothing matched -----------------------------------------------------------------------


def _without_ref(path: list[str]) -> Iterator[list[str]]:
    """`…/members/{id}/$ref` needs what `…/members/{id}` needs, where only that is published."""
    if path[-1] == "$ref":
        yield path[:-1]


def _without_count(path: list[str]) -> Iterator[list[str]]:
    """Counting a collection needs what listing it needs."""
    if path[-1] == "$count":
        yield path[:-1]


_DIRECTORY_TYPES: Final = frozenset(
    {
        ".administrativeunit", ".application", ".device", ".directoryrole", ".group", ".orgcontact",
        ".serviceprincipal", ".user",
    }
)  # fmt: skip


def _without_cast(path: list[str]) -> Iterator[list[str]]:
    """The users among the members of a group are listed as the members are."""
    if path[-1] in _DIRECTORY_TYPES and len(path) > 1 and path[-2][0] not in "{.":
        yield path[:-1]


def _key_to_id(path: list[str]) -> Iterator[list[str]]:
    """`users(userprincipalname)` and `applications(appid)` address what `users/{id}` does."""
    # Only collections at the head of a path have alternate keys in practice; deeper ones
    # (`range(address)`) are functions.
    head, bracket, names = path[0].partition("(")
    if bracket and "," not in names:
        yield [head, SLOT, *path[1:]]


def _without_arguments(path: list[str]) -> Iterator[list[str]]:
    """`delta(token)` is `delta`: not every template names the optional arguments."""
    if any(token[-1] == ")" for token in path):
        yield ["." + token.partition("(")[0] if token[-1] == ")" else token for token in path]


def _cast_moved(path: list[str]) -> Iterator[list[str]]:
    """`members/microsoft.graph.user/{id}` and `members/{id}/microsoft.graph.user` are one thing."""
    for index, token in enumerate(path):
        if token[0] == ".":
            if index + 1 < len(path):
                yield [*path[:index], path[index + 1], token, *path[index + 2 :]]
            if index > 1:
                yield [*path[: index - 1], token, path[index - 1], *path[index + 1 :]]


def _me_to_user(path: list[str]) -> Iterator[list[str]]:
    if path[0] == "me":
        yield ["users", SLOT, *path[1:]]


def _to_drive(path: list[str]) -> Iterator[list[str]]:
    """Every navigation to a drive ends in the same items: `sites/{id}/drive/…` is `drives/{id}/…`."""
    for index in range(len(path) - 1, -1, -1):
        if path[index] == "drive":
            yield ["drives", SLOT, *path[index + 1 :]]
        elif path[index] == "drives" and index and index + 1 < len(path):
            yield ["drives", SLOT, *path[index + 2 :]]


def _root_to_item(path: list[str]) -> Iterator[list[str]]:
    """A drive's root is one of its items."""
    for index, token in enumerate(path):
        if token == "root" and (path[index - 1] == "drive" or path[index - 2 : index - 1] == ["drives"]):
            yield [*path[:index], "items", SLOT, *path[index + 1 :]]


def _to_site(path: list[str]) -> Iterator[list[str]]:
    """A site is the same site however it is reached: `groups/{id}/sites/root/…` is `sites/{id}/…`."""
    for index in range(len(path) - 2, 0, -1):
        if path[index] == "sites":
            yield ["sites", SLOT, *path[index + 2 :]]


# In this order; each is tried on everything that the ones before it produced.
_FALLBACKS: Final[tuple[Callable[[list[str]], Iterator[list[str]]], ...]] = (
    _without_ref,
    _without_count,
    _without_cast,
    _key_to_id,
    _without_arguments,
    _cast_moved,
    _me_to_user,
    _to_drive,
    _root_to_item,
    _to_site,
)

# A path of many casts has many readings; a real one has a handful.
_READINGS: Final = 64


def alternatives(path: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Other readings of a path that matched nothing, the nearest first.

    The flag says that the path began with `/me`, which is the user's own whatever it is read as.
    """
    own = path[:1] == ["me"]
    readings = [path]
    for fallback in _FALLBACKS:
        for reading in list(readings):
            for other in fallback(reading) if reading else ():
                if len(readings) > _READINGS:
                    return
                readings.append(other)
                yield other, own
