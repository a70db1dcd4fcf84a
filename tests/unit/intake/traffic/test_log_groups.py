"""Zeek's logs of one period, given as separate files: a host gets its name, port and bytes from all of them."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.each import each
from tieback.intake.discover import DiscoveredInput, find_captures, find_inputs
from tieback.intake.traffic.log_groups import MAX_LOGS, LogGroup, group_logs, is_zeek_log
from tieback.intake.traffic.open import open_traffic
from tieback.model.errors import InputError
from tieback.model.flow import Flow, NameSource
from tieback.model.unit import Unit
from tieback.pipeline.inputs.units import scan_units
from tieback.pipeline.traffic import NoFlows, describe_traffic

type Row = dict[str, Any]

ENDS = {"id.orig_h": "10.0.0.2", "id.orig_p": 40000, "id.resp_h": "192.0.2.9", "id.resp_p": 443}
LOGS: dict[str, list[Row]] = {
    "conn": [
        {"ts": 10.0, "uid": "C1", **ENDS, "proto": "tcp", "service": "ssl", "duration": 5.0, "orig_bytes": 700,
         "resp_bytes": 9000, "conn_state": "SF", "orig_pkts": 7, "resp_pkts": 9},
        {"ts": 11.0, "uid": "C2", **ENDS, "id.resp_p": 8080, "proto": "tcp", "service": "http", "duration": 1.0,
         "orig_bytes": 300, "resp_bytes": 400, "conn_state": "SF", "orig_pkts": 3, "resp_pkts": 4},
        {"ts": 12.0, "uid": "C3", **ENDS, "id.resp_h": "192.0.2.77", "id.resp_p": 6379, "proto": "tcp", "service": "",
         "duration": 1.0, "orig_bytes": 50, "resp_bytes": 60, "conn_state": "SF", "orig_pkts": 1, "resp_pkts": 1},
    ],
    "dns": [
        {"ts": 9.0, "uid": "C0", **ENDS, "id.resp_h": "10.0.0.1", "id.resp_p": 53, "proto": "udp", "trans_id": 5,
         "query": "cache.shop.test", "qtype_name": "A", "rcode_name": "NOERROR", "answers": ["192.0.2.77"]},
    ],
    "http": [
        {"ts": 11.1, "uid": "C2", **ENDS, "id.resp_p": 8080, "trans_depth": 1, "method": "GET", "host": "es.shop.test",
         "uri": "/orders/_search", "status_code": 200, "request_body_len": 0, "response_body_len": 10},
    ],
    "ssl": [
        {"ts": 10.1, "uid": "C1", **ENDS, "version": "TLSv13", "server_name": "api.shop.test", "resumed": False,
         "established": True},
    ],
}  # fmt: skip


def tab_separated(rows: list[Row]) -> str:
    names = list(rows[0])
    lines = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-"]
    lines += ["\t".join(["#fields", *names])]
    for row in rows:
        lines.append(
            "\t".join(",".join(value) if isinstance(value, list) else str(value) or "-" for value in row.values())
        )
    return "".join(f"{line}\n" for line in [*lines, "#close\t2026-11-30-00-00-00"])


def as_json(rows: list[Row]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def write(folder: Path, form: Callable[[list[Row]], str], suffix: str, names: Iterable[str] = LOGS) -> list[Path]:
    found = []
    for name in names:
        path = folder / f"{name}.{suffix}"
        data = form(LOGS[name]).encode()
        path.write_bytes(gzip.compress(data) if suffix.endswith(".gz") else data)
        found.append(path)
    return found


FORMS = [(tab_separated, "log"), (tab_separated, "2026-11-30-10.log.gz"), (as_json, "log"), (as_json, "json.gz")]
SEEN = [
    # name, where from, address, port, protocol, bytes to it, bytes from it
    ("es.shop.test", NameSource.LOG, "192.0.2.9", 8080, "elasticsearch", 300, 400),
    ("cache.shop.test", NameSource.DNS, "192.0.2.77", 6379, "", 50, 60),
    ("api.shop.test", NameSource.SNI, "192.0.2.9", 443, "tls", 700, 9000),
]


def facts(flows: Iterable[Flow]) -> list[tuple[Any, ...]]:
    return [
        (
            one.server.name,
            one.server.name_from,
            one.server.ip,
            one.server.port,
            one.protocol,
            one.bytes_out,
            one.bytes_in,
        )
        for one in flows
        if one.protocol != "dns"
    ]


@each(("form", "suffix"), FORMS)
@pytest.mark.parametrize("how", ["files", "folder", "other order"])
def test_a_host_has_its_name_port_and_bytes(
    tmp_path: Path, form: Callable[[list[Row]], str], suffix: str, how: str
) -> None:
    folder = tmp_path / f"{form.__name__}-{suffix}"
    folder.mkdir()
    paths = write(folder, form, suffix)
    found = list(describe_traffic({"files": paths, "folder": [folder], "other order": paths[::-1]}[how], workers=1))
    flows = [one for one in found if isinstance(one, Flow)]
    assert sorted(facts(flows)) == sorted(SEEN)
    assert len(flows) == len(found) == 4


def test_the_order_of_the_files_decides_nothing(tmp_path: Path) -> None:
    paths = write(tmp_path, tab_separated, "log")
    every = []
    for order in (paths, paths[::-1]):
        opened = LogGroup(order)
        every.append(facts(seen.flow for seen in opened.flows()))
        opened.close()
    assert sorted(every[0]) == sorted(every[1]) == sorted(SEEN)


def units(*inputs: Path) -> list[Unit]:
    return [one for one in scan_units(inputs) if isinstance(one, Unit)]


def test_logs_of_one_folder_and_period_are_one_unit_of_a_scan(tmp_path: Path) -> None:
    early, late = write(tmp_path, as_json, "10.log"), write(tmp_path, as_json, "11.log", ["conn", "ssl"])
    (tmp_path / "notes.log").write_text("nothing of Zeek\n")
    for inputs in ([tmp_path], [*early, *late]):
        assert [sorted(path.name for path in one.files) for one in units(*inputs)] == [
            ["conn.10.log", "dns.10.log", "http.10.log", "ssl.10.log"],
            ["conn.11.log", "ssl.11.log"],
        ]
    before = [one.key for one in units(tmp_path)]
    (tmp_path / "ssl.10.log").write_text(as_json(LOGS["ssl"]).replace("api.", "other."))
    assert [one.key == key for one, key in zip(units(tmp_path), before, strict=True)] == [False, True]
    assert [(one.files, one.access) for one in units(early[0])] == [((early[0],), "")]


def test_other_logs_in_a_folder_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("1764500000.123  5 10.0.0.2 TCP_MISS/200 5 GET http://a.test/ - DIRECT/1.2.3.4 -\n")
    (tmp_path / "b.json").write_text('{"timestamp":"2026-11-30T00:00:00Z","event_type":"flow","src_ip":"10.0.0.1"}\n')
    (tmp_path / "files.log").write_text(tab_separated([{"ts": 1.0, "fuid": "F1", "source": "HTTP"}]))
    (found,) = find_captures([tmp_path])
    assert isinstance(found, InputError)
    assert [is_zeek_log(path) for path in sorted(tmp_path.iterdir())] == [False] * 3
    # A file that the user names is read as before.
    named = [one for path in sorted(tmp_path.iterdir())[:1] for one in find_inputs(path)]
    assert [isinstance(one, DiscoveredInput) and one.beside for one in named] == [()]


def test_groups_are_bounded() -> None:
    paths = [Path(f"/a/conn{number}.log") for number in range(MAX_LOGS * 2 + 1)]
    assert [len(one) for one in group_logs(paths)] == [MAX_LOGS, MAX_LOGS, 1]


def test_a_damaged_log_of_a_group_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    paths = write(tmp_path, tab_separated, "log.gz")
    paths[3].write_bytes(paths[3].read_bytes()[:-9])
    opened = open_traffic(paths[0], beside=paths[1:])
    flows = [seen.flow for seen in opened.flows()]
    opened.close()
    assert {one.server.port for one in flows} >= {8080, 6379, 443}
    assert [Path(problem.where).name for problem in opened.problems] == ["ssl.log.gz"]
    with pytest.raises(InputError):
        LogGroup([paths[0], tmp_path / "missing.log"])


def test_the_hash_and_the_names_of_logs_that_are_read_as_one(tmp_path: Path) -> None:
    paths = sorted(write(tmp_path, as_json, "log"))
    (unit,) = scan_units([tmp_path])
    assert isinstance(unit, Unit)
    assert unit.source == f"{paths[0]}, dns.log, http.log, ssl.log"
    digests = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    assert unit.key == hashlib.sha256(digests.encode()).hexdigest()


def test_lengths_of_bodies_are_no_bytes_of_a_connection(tmp_path: Path) -> None:
    """With one host, the bytes are those of the connection; with several, and without ``conn``, they are not known."""
    write(tmp_path, as_json, "log")
    both = [*LOGS["http"], {**LOGS["http"][0], "ts": 11.2, "host": "b.shop.test"}]
    for names, rows, known in (
        (("conn", "http"), LOGS["http"], (300, 400)),
        (("conn", "http"), both, (None, None)),
        (("http",), LOGS["http"], (None, None)),
    ):
        (tmp_path / "http.log").write_text(as_json(rows))
        group = LogGroup([tmp_path / f"{name}.log" for name in names])
        found = [one.flow for one in group.flows() if one.flow.server.name.endswith("shop.test")]
        assert {(one.bytes_out, one.bytes_in) for one in found} == {known}
        group.close()


def test_lines_of_two_copies_count_once_and_this_is_said(tmp_path: Path) -> None:
    paths = write(tmp_path, as_json, "log")
    alone = LogGroup(paths)
    expected = [one.flow for one in alone.flows()]
    copies = LogGroup([*paths, *write(tmp_path, as_json, "log.gz", ["conn", "http"])])
    assert [one.flow for one in copies.flows()] == expected
    assert [(problem.what, problem.unread) for problem in copies.problems] == [
        ("4 lines repeat another of these logs: counted once", None)
    ]
    for group in (alone, copies):
        group.close()


def test_lines_without_a_connection_are_said(tmp_path: Path) -> None:
    paths = write(tmp_path, as_json, "log", ["conn", "http"])
    paths[1].write_text(
        as_json([{name: value for name, value in row.items() if name != "uid"} for row in LOGS["http"]])
    )
    group = LogGroup(paths)
    assert len(list(group.flows())) == len(LOGS["conn"]) + len(LOGS["http"])
    assert [problem.what for problem in group.problems] == [
        "1 line without the uid of a connection: counted beside the connections"
    ]
    group.close()


def test_a_log_with_only_a_header_is_said_if_the_others_of_its_group_have_lines(tmp_path: Path) -> None:
    paths = write(tmp_path, tab_separated, "log", ["conn", "ssl", "http"])
    for path, kind in zip(paths[::2], ("conn", "http"), strict=True):
        head = [line for line in path.read_text().splitlines() if line.startswith("#")]
        path.write_text("\n".join([head[0], f"#path\t{kind}", *head[1:]]) + "\n")
    group = LogGroup(paths)
    assert [one.flow.server.name for one in group.flows()] == ["api.shop.test"]
    assert [(one.what, one.unread) for one in group.problems] == [
        ("no connections: the log conn has only its header", None),
        ("no records: the log http has only its header", None),
    ]
    group.close()
    # Without a line in any of them, the whole input has no flows, and this is no failure.
    found = list(describe_traffic(paths[::2], workers=1))
    assert found == [NoFlows(f"{paths[0]}, http.log")]
