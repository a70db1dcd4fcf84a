"""The narrowest net holds, whatever the order and however nets overlap; compared with a plain search."""

from ipaddress import IPv4Network, ip_address, ip_network

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.backends.range_table import NO_LABEL, LabelledNetwork, RangeTable
from tieback.model.errors import InputError


def net(text: str, label: int, rank: int = 0) -> LabelledNetwork:
    block = ip_network(text)
    return LabelledNetwork(block.version, int(block.network_address), int(block.broadcast_address), label, rank)


TABLE = RangeTable(
    [
        net("10.1.2.0/24", 2),
        net("10.0.0.0/8", 0),
        net("10.1.0.0/16", 1),
        net("203.0.113.7/32", 3),
        net("255.255.255.0/24", 4),
        net("2001:db8::/32", 5),
        net("2001:db8:0:1::/64", 6),
        net("ffff::/16", 7),
        net("192.0.2.0/24", 8),
        net("192.0.2.0/24", 9, rank=1),
    ]
)


@each(
    ("address", "label"),
    [
        ("10.1.2.3", 2),
        ("10.1.3.0", 1),
        ("10.255.255.255", 0),
        ("11.0.0.0", NO_LABEL),
        ("9.255.255.255", NO_LABEL),
        ("0.0.0.0", NO_LABEL),
        ("203.0.113.7", 3),
        ("203.0.113.8", NO_LABEL),
        ("255.255.255.255", 4),
        ("192.0.2.1", 9),
        ("2001:db8::1", 5),
        ("2001:db8:0:1::", 6),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", 6),
        ("2001:db8:0:2::", 5),
        ("2001:db9::", NO_LABEL),
        ("::", NO_LABEL),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 7),
    ],
)
def test_longest_prefix(address: str, label: int) -> None:
    assert TABLE.label(ip_address(address)) == label
    assert RangeTable.load(TABLE.dump()).label(ip_address(address)) == label


def test_ranges_that_overlap_without_being_nets() -> None:
    table = RangeTable([LabelledNetwork(4, 10, 20, 0), LabelledNetwork(4, 15, 30, 1), LabelledNetwork(4, 18, 19, 2)])
    found = table.labels(np.array([9, 10, 14, 15, 18, 19, 20, 21, 30, 31], np.uint32))
    # The narrower of the two wide ones is 10-20.
    assert found.tolist() == [NO_LABEL, 0, 0, 0, 2, 2, 0, 1, 1, NO_LABEL]


def test_empty_table_has_no_labels() -> None:
    assert RangeTable([]).label(ip_address("10.0.0.1")) == NO_LABEL
    assert RangeTable([]).label(ip_address("::1")) == NO_LABEL


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x94\xc4\x01a\xc4\x00\xc4\x00\xc4\x00"])
def test_damaged_table_is_reported(data: bytes) -> None:
    with pytest.raises(InputError):
        RangeTable.load(data)


NETS = st.lists(
    st.builds(
        lambda base, prefix: IPv4Network((base << 24 >> (32 - prefix) << (32 - prefix) if prefix else 0, prefix)),
        st.integers(0, 15),
        st.integers(4, 32),
    ),
    max_size=12,
)


@settings(max_examples=examples(80), deadline=None)
@given(NETS, st.lists(st.integers(0, (16 << 24) - 1), min_size=1, max_size=20))
def test_as_a_plain_search_finds_it(nets: list[IPv4Network], asked: list[int]) -> None:
    table = RangeTable(net(str(one), n) for n, one in enumerate(nets))
    found = table.labels(np.array(asked, np.uint32)).tolist()
    for number, label in zip(asked, found, strict=True):
        holding = [one for one in nets if ip_address(number) in one]
        if not holding:
            assert label == NO_LABEL
        else:
            assert nets[label].prefixlen == max(one.prefixlen for one in holding)
