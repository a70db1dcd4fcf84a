"""``tieback traffic``: one document a flow, tables for people, user ids mapped to packages."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_further import conversation
from tests.unit.intake.traffic.test_hosts import get, post
from tests.unit.pipeline.test_traffic import HTTP, PEOPLE, archive, capture
from tieback.cli.traffic import read_uid_map
from tieback.model.errors import UsageError
from tieback.model.flow import PARTLY_SEARCHED
from tieback.web.pages import TEMPLATES


def test_json_lines_keep_the_contract(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    ended = run("traffic", "run.pcap", "--format", "json")
    (flow,) = [json.loads(line) for line in ended.out.splitlines()]
    assert {
        "path", "app", "client", "server", "transport", "protocol", "evidence", "confidence", "encrypted", "tls",
        "bytes_out", "bytes_in", "start", "end", "leaks",
    } <= flow.keys()  # fmt: skip
    assert flow["server"] == {"ip": "127.0.0.2", "port": 80, "name": "api.workhub.test", "name_from": "http_host"}
    assert "samples" not in flow


def test_a_table_shows_what_leaked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    ended = run("traffic", tmp_path)
    assert ended.code == 0
    assert "api.workhub.test:80" in ended.out
    assert "e-mail addresses" in ended.out


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ("", "no personal data or credentials found in what the app sent"),
        ('{"email": "ada@workhub.test"}', "personal data or credentials sent in it"),
    ],
)
def test_recipients_say_what_the_list_of_flows_shows(run: Run, tmp_path: Path, posted: str, sentence: str) -> None:
    (tmp_path / "run.har").write_bytes(archive("http://es.workhub.test:9200/people/_search", PEOPLE, posted))
    listed = run("traffic", str(tmp_path / "run.har"))
    assert "names of people; phone numbers" in listed.out
    totals = run("traffic", str(tmp_path / "run.har"), "--recipients").err
    received = "2 classes received in cleartext: names of people; phone numbers"
    assert f"1 flow read: {sentence}; {received}" in " ".join(totals.split())


def test_each_host_of_a_connection_has_its_own_recipients(run: Run, tmp_path: Path) -> None:
    """Through a proxy, one connection carries the requests for several hosts."""
    asked = [
        f"GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"
        for host, path in (
            ("api.workhub.test", "/open"),
            ("tracker.adhub.test", "/c?email=ada@lovelace.test&idfa=AEBE52E7-03EE-455A-B3C4-E57283966239"),
        )
    ]
    answers = b"HTTP/1.1 204 No Content\r\n\r\n" * 2
    (tmp_path / "run.pcap").write_bytes(wire.pcap(wire.talk("".join(asked).encode(), answers, port=8080)))
    rows = [
        json.loads(line) for line in run("traffic", "run.pcap", "--recipients", "--format", "json").out.splitlines()
    ]
    assert {(row["host"], row["class"]) for row in rows} == {
        ("tracker.adhub.test", "email"),
        ("tracker.adhub.test", "device_id"),
    }
    report = json.loads(run("scan", "run.pcap", "-w", "ws", "--workers", "1", "--format", "json").out)
    assert {one["host"]: one["leaks"] for one in report["servers"]} == {
        "tracker.adhub.test": ["device_id", "email"],
        "api.workhub.test": [],
    }
    assert {one["host"]: one["flows"] for one in report["servers"]} == {"tracker.adhub.test": 1, "api.workhub.test": 1}
    assert {one["host"] for one in report["recipients"]} == {"tracker.adhub.test"}
    places = {one["sighting"]["endpoint"]["host"]: one["sighting"]["bytes_out"] for one in report["sightings"]}
    assert places == {"api.workhub.test": len(asked[0]), "tracker.adhub.test": len(asked[1])}
    named = [one for one in report["findings"] if "adhub" in json.dumps(one)]
    assert named
    assert not [one for one in report["findings"] if "api.workhub" in json.dumps(one)]


@pytest.mark.parametrize("lost", [0, 5])
def test_every_output_says_what_was_searched_only_in_part(run: Run, tmp_path: Path, lost: int) -> None:
    """Above the limits, or with a missing packet in a body that hides nothing else."""
    out = post("a.test", b"x" * 20_000) if not lost else post("a.test", b"x" * 6000)
    packets = wire.talk(out, b"HTTP/1.1 204 No Content\r\n\r\n", port=80)
    (tmp_path / "run.pcap").write_bytes(wire.pcap([*packets[:lost], *packets[lost + 1 :]] if lost else packets))
    listed = " ".join(run("traffic", "run.pcap").err.split())
    assert listed == f"tieback: run.pcap: 1 flow read only in part: {PARTLY_SEARCHED}"
    assert f"1 of them was searched only in part: {PARTLY_SEARCHED}" in " ".join(
        run("traffic", "run.pcap", "--recipients").err.split()
    )
    assert f"searched only in part: {PARTLY_SEARCHED}" in (TEMPLATES / "recipients.html").read_text()


def test_a_lost_packet_is_said_by_traffic_and_fails_a_scan_for_unread(run: Run, tmp_path: Path) -> None:
    asked = [get("a.test", f"/{number}") for number in range(3)]
    (tmp_path / "run.pcap").write_bytes(wire.pcap(conversation(asked, 1)))
    assert "partly read: 1 connection with missing packets" in " ".join(run("traffic", "run.pcap").err.split())
    assert run("scan", "run.pcap", "-w", "ws", "--workers", "1", "--fail-on", "unread").code != 0


def test_bad_inputs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    assert run("traffic", "run.pcap", "missing.pcap").code == 3
    ended = run("traffic", "missing.pcap")
    assert (ended.code, len(ended.err.splitlines())) == (4, 1)


@pytest.mark.parametrize("name", ["broken.har", "broken.pcap"])
def test_a_file_without_any_readable_flow_failed(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    head = b'{"log": {"version": "1.2", "entries": [' if name.endswith("har") else capture(HTTP)[:24] + b"\xff" * 40
    (tmp_path / name).write_bytes(head)
    ended = run("traffic", name)
    assert ended.code == 4
    assert ended.err.count(name) == 1
    assert run("traffic", name, "run.pcap").code == 3


@pytest.mark.parametrize(
    "text", ["package:com.workhub.mobile uid:10123\n", "10123 com.workhub.mobile\n", "\ncom.workhub.mobile 10123\n"]
)
def test_uid_maps(tmp_path: Path, text: str) -> None:
    (tmp_path / "uids").write_text(text)
    assert read_uid_map(tmp_path / "uids") == {10123: ("com.workhub.mobile",)}


def test_a_uid_map_without_any(tmp_path: Path) -> None:
    (tmp_path / "uids").write_text("nothing\n")
    with pytest.raises(UsageError, match="user ID"):
        read_uid_map(tmp_path / "uids")


def test_a_listing_names_an_app_for_each_user_of_the_device(tmp_path: Path) -> None:
    (tmp_path / "uids").write_text("package:com.workhub.mobile uid:10123,1010123\n")
    assert read_uid_map(tmp_path / "uids") == dict.fromkeys((10123, 1010123), ("com.workhub.mobile",))


def test_a_log_with_columns_of_ones_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("Wer;Ziel\n10.0.0.9;db.workhub.test\n")
    (tmp_path / "map.toml").write_text(
        "[[format]]\nreader = 'csv'\nkind = 'flow'\ncolumns = { client_ip = 'Wer', host = 'Ziel' }\n"
    )
    assert run("traffic", "log.csv").code == 4
    ended = run("traffic", "log.csv", "--columns", "map.toml", "--format", "json")
    assert json.loads(ended.out)["server"]["name"] == "db.workhub.test"
    assert run("traffic", "log.csv", "--columns", "log.csv").code == 4


def test_a_capture_that_is_cut_off_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "whole.pcap").write_bytes(capture(HTTP))
    (tmp_path / "cut.pcap").write_bytes(capture(HTTP)[:-5])
    for form in (("--format", "table"), ("--format", "json"), ("--recipients",)):
        assert run("traffic", "whole.pcap", *form).code == 0
        ended = run("traffic", "cut.pcap", *form)
        assert ended.code == 3
        assert "tieback: cut.pcap: byte " in ended.err
        assert ": cut off or damaged: the last record is truncated" in ended.err
    assert "127.0.0.2:80" in run("traffic", "cut.pcap").out


def test_bytes_that_a_log_does_not_have_are_not_zero(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "time,client ip,url,bytes_sent\n2026-01-02T03:04:05Z,10.0.0.9,http://api.workhub.test/v1,\n"
    )
    flow = json.loads(run("traffic", "log.csv", "--format", "json").out)
    assert [flow[name] for name in ("bytes_out", "bytes_in", "packets_out", "packets_in")] == [None] * 4
    assert run("traffic", "log.csv").out.count("not known") == 2
    for name in ("table", "markdown", "html", "json"):
        out = run("scan", "log.csv", "-w", "ws", "--workers", "1", "--format", name).out
        if name == "json":
            (server,) = json.loads(out)["servers"]
            assert (server["bytes_out"], server["bytes_in"]) == (None, None)
            (seen,) = json.loads(out)["sightings"]
            assert (seen["sighting"]["bytes_out"], seen["sighting"]["bytes_in"]) == (None, None)
            assert "bytes not known" in seen["sighting"]["evidence"]["context"]
        else:
            assert " ".join(out.split()).count("not known") >= 2, name


def test_a_key_log_that_is_none_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    (tmp_path / "keys").write_text("nothing\n")
    ended = run("traffic", "run.pcap", "--keylog", "keys")
    assert ended.code == 2
    assert "key log" in ended.err


def test_the_table_has_brackets_for_ipv6_and_no_port_for_logs(run: Run, tmp_path: Path) -> None:
    flow = {
        "startedDateTime": "2026-11-01T10:00:00Z", "time": 1, "serverIPAddress": "2001:db8::1",
        "request": {"method": "GET", "url": "http://[2001:db8::1]:8080/", "headers": [], "bodySize": 0},
        "response": {"status": 200, "headers": [], "content": {"size": 0}, "bodySize": 0},
    }  # fmt: skip
    (tmp_path / "run.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [flow]}}))
    out = run("traffic", "run.har").out
    assert "[2001:db8::1]:8080" in out
    assert "None" not in out


def test_a_pipe_gets_every_flow(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = {
        "startedDateTime": "2026-11-01T10:00:00Z", "time": 1,
        "response": {"status": 200, "headers": [], "content": {"size": 0}, "bodySize": 0},
    }  # fmt: skip
    urls = [f"http://host{n}.example.test/" for n in range(70)]
    entries = [one | {"request": {"method": "GET", "url": url, "headers": [], "bodySize": 0}} for url in urls]
    (tmp_path / "run.har").write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    assert "10 more with --format json, or in a pipe" in run("traffic", "run.har").out
    monkeypatch.delenv("COLUMNS")
    out = run("traffic", "run.har").out
    assert all(f"host{n}.example.test:80" in out for n in range(70))
    assert "more with" not in out


def test_packages_that_share_a_user_id_are_all_kept(tmp_path: Path) -> None:
    lines = ["package:com.shared.a uid:10200", "package:com.other.app uid:10200", "package:com.shared.a uid:10200"]
    for number, order in enumerate((lines, lines[::-1])):
        (tmp_path / f"uids{number}").write_text("\n".join(order))
        assert set(read_uid_map(tmp_path / f"uids{number}")[10200]) == {"com.shared.a", "com.other.app"}
