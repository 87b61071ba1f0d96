"""Whether address ranges lie in a location."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.conditional_access.network import inside


@pytest.mark.parametrize(
    ("ranges", "location", "expected"),
    [
        (["203.0.113.7/32"], ["203.0.113.0/24"], True),
        (["203.0.113.0/24"], ["203.0.113.0/25", "203.0.113.128/25"], True),
        (["203.0.113.0/24"], ["203.0.113.0/25"], None),
        (["203.0.113.0/24"], ["198.51.100.0/24"], False),
        (["203.0.113.0/24", "198.51.100.0/24"], ["198.51.100.0/24"], None),
        (["203.0.113.0/24"], [], False),
        ([], ["203.0.113.0/24"], None),
        (["2001:db8:1::/48"], ["2001:db8::/32"], True),
        (["2001:db8::/32"], ["203.0.113.0/24"], False),
        (["0.0.0.0/0"], ["::/0"], False),
        (["203.0.113.9/24"], [" 203.0.113.0/24 "], True),
        (["the office"], ["203.0.113.0/24"], None),
        (["203.0.113.0/24"], ["${OFFICE}"], None),
        (["203.0.113.0/24"], ["${OFFICE}", "203.0.113.0/24"], None),
    ],
)
def test_inside(ranges, location, expected):
    assert inside(ranges, location) is expected


NETWORKS = st.builds(
    lambda address, prefix: str(ip_network((address, prefix), strict=False)),
    st.integers(0, 2**8 - 1).map(lambda low: (203 << 24) + low),
    st.integers(26, 32),
)


@given(st.lists(NETWORKS, min_size=1, max_size=4), st.lists(NETWORKS, max_size=6))
def test_it_is_what_the_addresses_say(ranges: list[str], location: list[str]):
    own = {int(address) for text in ranges for address in ip_network(text)}
    there = {int(address) for text in location for address in ip_network(text)}
    expected = own <= there or (None if own & there else False)
    assert inside(ranges, location) is expected
