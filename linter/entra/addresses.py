"""Comparing hosts and audiences with patterns.

A pattern's `*` stands for text within one host label (`crm*`), a label `*` or `{x}` for one
whole label. Labels are never swallowed two at a time, so `*.vault.azure.net` does not
match `a.b.vault.azure.net`: a host that nobody listed stays unknown.
"""


def host_of(text: str) -> str:
    """The host in a URL or host name: lower case, without user, port and final dot."""
    text = text.strip().lower()
    _, separator, rest = text.partition("://")
    host = rest if separator else text
    for end in "/?#\\":
        host = host.partition(end)[0]
    host = host.rpartition("@")[2]
    name, colon, port = host.rpartition(":")
    if colon and (not port or port.isdecimal()):
        host = name
    return host.removesuffix(".")


def host_matches(pattern: str, host: str) -> bool:
    """Whether `host` (as `host_of` gives it) fits `pattern`."""
    labels, wanted = host.split("."), pattern.lower().split(".")
    return len(labels) == len(wanted) and all(map(_label_matches, wanted, labels))


def plain_audience(audience: str) -> str:
    """An audience as compared: lower case, without final slashes."""
    return audience.strip().lower().rstrip("/")


def is_pattern(audience: str) -> bool:
    """Whether `audience` has a placeholder or wildcard."""
    return "{" in audience or "*" in audience


def audience_matches(pattern: str, audience: str) -> bool:
    """Whether `audience` (plain) fits `pattern`; both are `scheme://host` without a path."""
    scheme, _, host = pattern.lower().partition("://")
    given, separator, rest = audience.partition("://")
    return bool(separator) and given == scheme and "/" not in rest and host_matches(host, rest)


def _label_matches(pattern: str, label: str) -> bool:
    if pattern == "*" or pattern.startswith("{"):
        return bool(label)
    head, star, tail = pattern.partition("*")
    if not star:
        return label == pattern
    return len(label) >= len(head) + len(tail) and label.startswith(head) and label.endswith(tail)
