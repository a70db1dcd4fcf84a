"""``tieback probe`` at the edges of a grant; real servers are asked in tests/servers."""

import json
import socket
from pathlib import Path

from tests.unit.cli.conftest import Run

GRANT = """
authorised_by = "Security office"
contact = "security@example.org"
not_after = {until}
[[target]]
match = "127.0.0.1"
ports = "any"
depth = "describe"
"""


def test_outside_the_grant_nothing_is_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    ended = run("probe", "127.0.0.2:9200", "192.0.2.1:6379", "--grant", "grant.toml", "--format", "json")
    assert ended.code == 4
    assert {json.loads(line)["outcome"] for line in ended.out.splitlines()} == {"out_of_scope"}
    assert "tieback grant explain" in ended.err


def test_a_closed_port_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ended = run("probe", f"127.0.0.1:{port}", "--grant", "grant.toml")
    assert ended.code == 3
    assert "refused" in ended.out
    assert (tmp_path / "audit.jsonl").exists()


def test_an_expired_grant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2020-01-01"))
    ended = run("probe", "127.0.0.1:9200", "--grant", "grant.toml")
    assert (ended.code, "2020-01-01" in ended.err) == (2, True)


def test_closed_ports_of_a_host_are_counted_not_listed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01").replace("127.0.0.1", "127.77.250.9"))
    ended = run("probe", "127.77.250.9", "--grant", "grant.toml")
    assert ended.code == 0
    assert "usual ports of data stores are closed" in ended.out
    assert "refused" not in ended.out
