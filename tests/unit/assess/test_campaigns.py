"""Who shares a wallet or a contact belongs together; who shares an amount does not."""

from tests.each import each
from tieback.assess.campaigns import find_campaigns
from tieback.model.exposure import Exposure, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Identity, Ransom, RansomVerdict


def store(name: str, *marks: str) -> Exposure:
    zero = exact(0, "x")
    return Exposure(
        id=name,
        identity=Identity(name, "vendor_id"),
        product="mongodb",
        version="",
        access=Access.OPEN,
        addresses=(),
        targets=(),
        routes=(),
        containers=(),
        records=zero,
        bytes=zero,
        pii=(),
        fields=(),
        ransom=Ransom(RansomVerdict.CONFIRMED, ("note",), marks),
        severity=Severity.HIGH,
        score=0,
        factors=(),
        bytes_sent=0,
        bytes_read=0,
        cleartext=True,
    )


CASES = [
    ("nobody", [], []),
    ("one alone", [("a", "wallet:1")], []),
    ("one wallet", [("a", "wallet:1"), ("b", "wallet:1"), ("c", "wallet:2")], [("a", "b")]),
    ("one contact, two wallets", [("a", "wallet:1", "contact:x"), ("b", "wallet:2", "contact:x")], [("a", "b")]),
    ("a chain", [("a", "wallet:1"), ("c", "contact:x"), ("b", "wallet:1", "contact:x")], [("a", "b", "c")]),
    ("the same amount", [("a", "amount:5"), ("b", "amount:5")], []),
    (
        "two of them",
        [("a", "wallet:1"), ("b", "wallet:1"), ("c", "wallet:2"), ("d", "wallet:2"), ("e", "wallet:2")],
        [("c", "d", "e"), ("a", "b")],
    ),
]


@each(("stores", "groups"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_groups(stores: list[tuple[str, ...]], groups: list[tuple[str, ...]]) -> None:
    exposures = [store(*one) for one in stores]
    found = find_campaigns(exposures)
    assert [campaign.exposures for campaign in found] == groups
    assert find_campaigns(exposures[::-1]) == found
    assert all(campaign.marks for campaign in found)
