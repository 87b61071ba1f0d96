"""Address ranges: whether one set of them lies in another."""

from __future__ import annotations

from collections.abc import Iterable

from linter.memory import remembers
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


def inside(ranges: Iterable[str], location: Iterable[str]) -> bool | None:
    """Whether the addresses of `ranges` lie in `location`, both in CIDR: all of them, none, or None.

    None where some do and some do not, where a text is no range, and where there are no ranges.
    """
    inner, outer = _networks(tuple(ranges)), _networks(tuple(location))
    if not inner or outer is None:
        return None
    if all(_lies_in(one, outer) for one in inner):
        return True
    met = any(one.version == other.version and one.overlaps(other) for one in inner for other in outer)
    return None if met else False


def _lies_in(one: IPv4Network | IPv6Network, outer: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(
        one.version == other.version
        and other.network_address <= one.network_address  # type: ignore[operator]  # of one version
        and one.broadcast_address <= other.broadcast_address  # type: ignore[operator]
        for other in outer
    )


@remembers(256)  # many policies name few locations
def _networks(ranges: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...] | None:
    """The ranges, neighbours joined; None where one of them is none."""
    from ipaddress import collapse_addresses, ip_network  # noqa: PLC0415  only where ranges are compared

    try:
        found = [ip_network(text.strip(), strict=False) for text in ranges]
    except ValueError:
        return None
    return (
        *collapse_addresses(one for one in found if one.version == 4),
        *collapse_addresses(one for one in found if one.version == 6),
    )
