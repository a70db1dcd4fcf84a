from msgspec.structs import replace

from tieback.model.report.captures import CaptureSummary, ContactedServer, Encryption
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.texts.captures import capture_lines, count_servers, encryption_text, leaks_text
from tieback.report.texts.headline import headline_text


def server(capture: str, app: str, port: int | None, leaks: tuple[str, ...] = ()) -> ContactedServer:
    return ContactedServer(
        capture, app, app, "", "ads.test", port, (), ("http",), Encryption.CLEARTEXT, (), 1, 9, 9, leaks
    )


ROWS = [
    server("a.pcap", "Shop", 80),
    server("a.pcap", "Bank", 80, ("email",)),
    server("b.pcap", "Shop", 80, ("email",)),
    server("b.pcap", "Shop", 443),
    server("b.pcap", "Shop", None),
]
"""One host with three ports: a row per capture and app."""


def test_a_server_in_several_captures_and_apps_counts_once() -> None:
    assert count_servers(ROWS) == (3, 1)
    assert count_servers([]) == (0, 0)


def test_a_server_that_got_nothing_is_not_without_leaks() -> None:
    one = replace(ROWS[0], encryption=Encryption.UNKNOWN, flows=2, not_sent=2)
    assert (encryption_text(one), leaks_text(one)) == ("not reached", "nothing sent")
    assert encryption_text(replace(one, refused=2)) == "refused"
    assert encryption_text(replace(one, not_sent=1, encryption=Encryption.ENCRYPTED)) == "encrypted"


def test_headline_and_captures_count_distinct_servers(report: Report) -> None:
    captures = [CaptureSummary(path, path * 9, 5, 2, 0, ()) for path in ("a.pcap", "b.pcap")]
    told = replace(report, scope=None, captures=LazyTable.of(captures), servers=LazyTable.of(ROWS))
    assert "2 captures read: 3 servers, 1 with personal data or credentials in cleartext." in headline_text(told)
    texts = dict(capture_lines(told, 9))
    assert texts["a.pcap"].startswith("5 flows with 1 server;")
    assert texts["b.pcap"].startswith("5 flows with 3 servers;")
