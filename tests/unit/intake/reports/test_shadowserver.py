"""Shadowserver's reports: columns in any order, claims by the report's kind."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.shadowserver import Shadowserver
from tieback.model.errors import InputError
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

HEAD = '"timestamp","severity","ip","protocol","port","hostname","tag"'


def rows(tag: str, more: str = "", values: str = "") -> str:
    return f'{HEAD}{more}\n"2026-11-01 10:00:00","high","203.0.113.7","tcp","9200","ES.example.org","{tag}"{values}\n'


@pytest.mark.parametrize(
    ("text", "service", "claims"),
    [
        (rows("elasticsearch"), "elasticsearch", Access.OPEN),
        (rows("elasticsearch;open"), "elasticsearch", Access.OPEN),
        (rows("mongodb", ',"visible_databases"', ',"admin | shop"'), "mongodb", Access.OPEN),
        (rows("mongodb", ',"visible_databases"', ',"none visible"'), "mongodb", Access.AUTH_REQUIRED),
        (rows("mqtt", ',"anonymous_access"', ',"N"'), "mqtt", Access.AUTH_REQUIRED),
        (rows("mysql", ',"mysql_version"', ',"8.0.36"'), "mysql", Access.UNKNOWN),
        (rows("something-new"), "", Access.UNKNOWN),
    ],
)
def test_reports(reading: Reading, text: str, service: str, claims: Access) -> None:
    (fact,) = reading(Shadowserver(), text).facts
    assert isinstance(fact, PassiveService)
    assert (fact.service, fact.claims) == (service, claims)
    assert (fact.address, fact.port, fact.names) == ("203.0.113.7", 9200, ("es.example.org",))
    assert fact.seen == "2026-11-01T10:00:00Z"


def test_other_transports_are_left_out(reading: Reading) -> None:
    read = reading(Shadowserver(), rows("memcached").replace('"tcp"', '"udp"'))
    assert (read.facts, read.first_skipped[:16]) == ([], "line 2: not TCP:")


def test_a_byte_order_mark_and_windows_lines(reading: Reading) -> None:
    text = rows("redis").replace("\n", "\r\n").encode()
    assert len(reading(Shadowserver(), b"\xef\xbb\xbf" + text).facts) == 1


def test_rows_of_another_length_or_without_a_place_are_left_out(reading: Reading) -> None:
    more = '"2026-11-01 10:00:00","high"\n\n"x","high","nowhere","tcp","9200","","redis"\n'
    read = reading(Shadowserver(), rows("redis") + more)
    assert (len(read.facts), read.skipped) == (1, 2)
    assert read.first_skipped == "line 3: 2 columns instead of 7"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + ',"ip"\nx\n', "columns with the same name"),
        (HEAD + '\n"a"b,c\n', "not valid CSV"),
        (HEAD + "\n" + "x" * (3 << 20), "1 MiB"),
    ],
    ids=["columns", "quotes", "line"],
)
def test_broken_files_end_in_one_line(reading: Reading, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        reading(Shadowserver(), text)
