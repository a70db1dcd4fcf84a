from collections.abc import Callable
from typing import Any

import pytest

from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.mysql.probe import MysqlProbe
from tieback.probes.wire.frames import mysql_frame
from tieback.scope.conversation import Target

PROBE = MysqlProbe()


def test_an_open_one(replay: Callable[..., Any]) -> None:
    played = replay(PROBE, "mysql-open", passwordless=("root",))
    report = played.result
    assert (report.access, report.account, report.product, report.version) == (Access.OPEN, "root", "mariadb", "11.8.9")
    people = next(c for c in report.containers if c.name == "hr.employees")
    assert people.records.quality is Quality.ESTIMATE
    assert [field.name for field in people.fields] == ["id", "full_name", "email", "vpn_pin"]
    # Not before the session is read-only and short is anything asked.
    asked = [sent[5:] for sent in played.sent if sent[4:5] == b"\x03"]
    assert asked[0] == b"SET SESSION TRANSACTION READ ONLY"
    assert asked[2] == b"START TRANSACTION READ ONLY"


def test_root_is_not_tried_unless_the_grant_names_it(replay: Callable[..., Any]) -> None:
    played = replay(PROBE, "mysql-auth")
    assert played.result.access is Access.AUTH_REQUIRED
    assert not any(b"root" in sent for sent in played.sent)


def test_no_deeper_than_allowed(replay: Callable[..., Any]) -> None:
    sent = replay(PROBE, "mysql-open", Depth.IDENTIFY, passwordless=("root",)).sent
    assert not any(b"information_schema" in data for data in sent)


REFUSALS = [
    # code before the greeting, access
    (1130, Access.FIREWALLED),
    (1129, Access.FIREWALLED),
    (1040, Access.UNKNOWN),
]


@pytest.mark.parametrize(("code", "access"), REFUSALS)
def test_refusals_before_a_greeting(code: int, access: Access) -> None:
    greeting = mysql_frame(0, b"\xff" + code.to_bytes(2, "little") + b"no")
    played = play(
        PROBE.run(Target("h", 3306), Depth.DESCRIBE),
        MemoryPeer(recorded_answers([]), greeting=greeting),
        PROBE.meta.sends,
    )
    assert (played.result.outcome, played.result.access, played.sent) == (Outcome.OK, access, ())
