"""``tieback cluster`` and ``--engine`` as a user types them. Clusters that run are tested in ``tests/engine``."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


def test_certificates_are_made_once(run: Run, tmp_path: Path) -> None:
    ran = run("cluster", "certs", "certs", "--host", "10.0.0.5")
    assert ran.code == 0
    assert "copy it to every member" in ran.err
    assert (tmp_path / "certs" / "member.pem").is_file()
    assert run("cluster", "certs", "certs").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("cluster", "scheduler"),
        ("cluster", "worker", "127.0.0.1:1"),
        ("cluster", "local"),
        ("scan", "x.apk", "--engine", "dask://127.0.0.1:1"),
    ],
)
def test_without_certificates_nothing_starts(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert "tieback cluster certs DIR" in ran.err


def test_an_engine_that_is_none(run: Run, tmp_path: Path) -> None:
    run("cluster", "certs", "certs")
    ran = run("scan", "x.apk", "--engine", "spark://a:1", "--certs", "certs")
    assert ran.code == 2
    assert "dask://HOST:PORT" in ran.err
    assert run("scan", "x.apk", "--certs", "certs").code == 2


def test_a_scheduler_that_is_not_there(run: Run, tmp_path: Path, apps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dask = pytest.importorskip("tieback.engine.dask", reason="the extra [dask] is not installed")
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    run("cluster", "certs", "certs")
    ran = run("scan", apps / "fieldhand.apk", "--engine", "dask://127.0.0.1:9", "--certs", "certs")
    assert ran.code == 4
    assert "no connection to a scheduler" in ran.err


def test_expiring_certificates_are_reported(run: Run, tmp_path: Path) -> None:
    run("cluster", "certs", "certs", "--days", "5")
    ran = run("cluster", "worker", "127.0.0.1:1", "--certs", "certs", "--memory", "plenty")
    assert "the certificates expire on 20" in ran.err
    assert ran.code == 2
    assert "Use auto, 0, or an amount such as 8GB" in ran.err


@pytest.mark.parametrize("made", ["", "junk"])
def test_certificates_that_are_none(made: str, run: Run, tmp_path: Path) -> None:
    run("cluster", "certs", "certs")
    (tmp_path / "certs" / "member.pem").write_text(made)
    for words in (("cluster", "local"), ("scan", "x.apk", "--engine", "dask://127.0.0.1:1")):
        ran = run(*words, "--certs", "certs")
        assert ran.code == 2
        assert ran.err.startswith("tieback: certs: the certificates are damaged")
        assert ran.err.count("\n") == 1
