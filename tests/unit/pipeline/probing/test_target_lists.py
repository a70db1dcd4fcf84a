"""Lists of targets for other tools, without what the grant refused."""

from pathlib import Path

import pytest

from tests.unit.pipeline.graph_workspace import shared
from tieback.model.errors import WorkspaceError
from tieback.pipeline.probing.target_lists import lines as formatted
from tieback.pipeline.probing.target_lists import target_list


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


@pytest.mark.parametrize(
    ("tool", "lines"),
    [
        ("plain", ["es.fieldhand.test:9200", "api.workhub.test:27017", "[2001:db8::1]:9200"]),
        ("nuclei", ["es.fieldhand.test:9200", "api.workhub.test:27017", "[2001:db8::1]:9200"]),
        (
            "nmap",
            ["# nmap -sV -p 9200,27017 -iL FILE", "es.fieldhand.test", "api.workhub.test", "2001:db8::1"],
        ),
        (
            "masscan",
            ["range = 127.77.0.10", "range = 203.0.113.20", "range = 2001:db8::1", "ports = 9200,27017"],
        ),
        ("shodan", ["ip:127.77.0.10,203.0.113.20,2001:db8::1"]),
        ("censys", ['host.ip: "127.77.0.10"', 'host.ip: "203.0.113.20"', 'host.ip: "2001:db8::1"']),
    ],
)
def test_target_lists_in_each_format(workspace: Path, tool: str, lines: list[str]) -> None:
    assert list(target_list(workspace, tool)) == lines


@pytest.mark.parametrize("tool", ["plain", "nmap", "masscan", "nuclei", "shodan", "censys"])
def test_no_target_is_no_line(tool: str) -> None:
    assert list(formatted([], tool)) == []


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        list(target_list(tmp_path / "none", "plain"))
