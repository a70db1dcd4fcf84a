"""The lab's commands: data on stdout, talk on stderr, exit codes of the contract."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from tieback.cli.lab import app
from tieback.lab import up as up_module
from tieback.lab.process import ProcessStamp, RunningServer
from tieback.lab.stores import STORES
from tieback.lab.up import StartResult
from tieback.model.errors import LabError

RUNNER = CliRunner()


def test_status_is_one_document_a_line(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["status", "--format", "json", "--dir", str(tmp_path)])
    lines = [msgspec.json.decode(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["name"] for line in lines] == [store.name for store in STORES]
    assert lines[0] == {
        "schema": "tieback/lab-store/1",
        "name": "fieldhand",
        "product": "opensearch",
        "version": "",
        "target": "127.77.0.10:9200",
        "host": "es.fieldhand.test",
        "state": "open",
        "up": False,
        "records": 0,
        "emulation": True,
    }


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_status_cuts_no_heading(tmp_path: Path, width: int) -> None:
    shown = RUNNER.invoke(app, ["status", "--dir", str(tmp_path)], env={"COLUMNS": str(width)}).stdout
    assert all(word in shown for word in ("configuration", "emulation", "opensearch", "protected"))
    assert max(map(len, shown.splitlines())) <= width


def test_status_table_marks_emulations(tmp_path: Path) -> None:
    lines = RUNNER.invoke(app, ["status", "--dir", str(tmp_path)], env={"COLUMNS": "120"}).stdout.splitlines()
    assert lines[0].split() == ["store", "product", "target", "configuration", "status", "records", "emulation"]
    assert lines[1].split() == ["fieldhand", "opensearch", "127.77.0.10:9200", "open", "down", "yes"]


def test_the_directory_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_LAB", str(tmp_path / "none"))
    result = RUNNER.invoke(app, ["down"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No lab found in" in result.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("failing", "code"), [(0, 0), (1, 3), (4, 4)])
def test_exit_codes_of_up(failing: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = STORES[:4]

    def bring_up(lab: object, tell: object, names: tuple[str, ...], **_: object) -> list[StartResult]:
        assert callable(tell)
        raised = []
        for number, store in enumerate(stores):
            error = LabError("the port is in use", where=f"{store.address}:{store.port}") if number < failing else None
            server = RunningServer(
                store.product, "1", store.address, store.port, ProcessStamp(1, 1, "/x"), emulation=False, directory="/x"
            )
            raised.append(StartResult(store, None if error else server, 0.5, loaded=True, error=error))
            tell(raised[-1])
        return raised

    monkeypatch.setattr(up_module, "up", bring_up)
    result = RUNNER.invoke(app, ["up", "--demo", "--dir", str(tmp_path)])
    assert result.exit_code == code
    assert result.stdout == f"{tmp_path / 'lab.toml'}\n"
    assert result.stderr.count("the port is in use") == failing
    assert len(result.stderr.splitlines()) == 4


def test_the_path_of_the_grant_cannot_move_the_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up_module, "up", lambda *_, **__: [])
    result = RUNNER.invoke(app, ["up", "--dir", str(tmp_path / "a\x1b]0;t\x07\u202eb")])
    assert result.stdout == f"{tmp_path}/a\\x1b]0;t\\x07\\u202eb/lab.toml\n"


def test_up_calls_an_emulation_without_a_product_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = next(store for store in STORES if store.name == "same-page")
    server = RunningServer(
        store.product, "", store.address, store.port, ProcessStamp(1, 1, "/x"), emulation=True, directory="/x"
    )

    def bring_up(lab: object, tell: Callable[[StartResult], None], *_: object, **__: object) -> list[StartResult]:
        tell(StartResult(store, server, 0.5))
        return []

    monkeypatch.setattr(up_module, "up", bring_up)
    result = RUNNER.invoke(app, ["up", "same-page", "--dir", str(tmp_path)])
    assert result.stderr == "same-page: HTTP server (emulation) at 127.77.0.38:8080, decoy, up in 0.5 s\n"


def test_an_unknown_store_is_an_error_that_names_the_known(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["up", "tilroll", "--dir", str(tmp_path)])
    assert isinstance(result.exception, LabError)
    assert "Choose from: demo, fieldhand" in result.exception.diagnostics()
