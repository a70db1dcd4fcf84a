"""masscan's JSON, with the comma and the last line that old releases write."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.masscan import Masscan
from tieback.model.passive import PassiveService

HOST = (
    '{ "ip": "203.0.113.7", "timestamp": "1762000000", "ports": [ {"port": 9200, "proto": "tcp", "status": "open"} ] }'
)
BANNER = (
    '{ "ip": "203.0.113.7", "timestamp": "1762000000", "ports": [ {"port": 6379, "proto": "tcp", '
    '"service": {"name": "redis", "banner": "SECRET"}} ] }'
)


@pytest.mark.parametrize(
    "text",
    [
        f"[\n{HOST}\n,\n{BANNER}\n]\n",
        f"[\n{HOST},\n{BANNER},\n{{finished: 1}}\n]\n",
        f"{HOST}\n{BANNER}\n",
    ],
    ids=["now", "old", "lines"],
)
def test_shapes(reading: Reading, text: str) -> None:
    facts = reading(Masscan(), text).facts
    found = [(f.address, f.port, f.service, f.seen) for f in facts if isinstance(f, PassiveService)]
    assert found == [
        ("203.0.113.7", 9200, "", "2025-11-01T12:26:40Z"),
        ("203.0.113.7", 6379, "redis", "2025-11-01T12:26:40Z"),
    ]
    assert "SECRET" not in repr(facts)


def test_other_protocols_states_and_places(reading: Reading) -> None:
    text = "\n".join(
        (
            HOST.replace('"tcp"', '"udp"'),
            HOST.replace('"open"', '"closed"'),
            HOST.replace("203.0.113.7", "x"),
            HOST.replace("9200", "0"),
        )
    )
    read = reading(Masscan(), text)
    assert (read.facts, read.skipped, read.first_skipped) == ([], 2, "line 3: no address or port")
