"""An operator's folder is taken for what it is, or refused with what is missing."""

from pathlib import Path

import pytest

from tieback.lab.interface import StartContext
from tieback.lab.servers import unpacked
from tieback.lab.servers.unpacked import folder_with, java_of, version_in
from tieback.lab.store import LabStore
from tieback.lab.stores import STORES
from tieback.model.errors import LabError

(STORE,) = [store for store in STORES if store.name == "solr-open"]


def place(folder: Path | None, store: LabStore = STORE) -> StartContext:
    return StartContext(store, Path("/x"), Path("/y"), folder)


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "unprivileged_account", lambda: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_a_folder_with_its_program(tmp_path: Path) -> None:
    program(tmp_path / "bin/solr")
    assert folder_with(place(tmp_path), "bin", "solr") == tmp_path


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="not an unpacked solr: no bin/solr"):
        folder_with(place(tmp_path), "bin", "solr")


def test_no_folder_names_the_option() -> None:
    with pytest.raises(LabError, match="--solr"):
        folder_with(place(None), "bin", "solr")


def test_one_that_the_servers_user_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin/solr")
    monkeypatch.setattr(unpacked, "unprivileged_account", object)
    monkeypatch.setattr(unpacked, "is_reachable", lambda *_: False)
    with pytest.raises(LabError, match="cannot read it"):
        folder_with(place(tmp_path), "bin", "solr")


def test_java_is_its_own_else_that_of_java_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = program(tmp_path / "other/bin/java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "other"))
    assert java_of(tmp_path) == other
    own = program(tmp_path / "jdk/bin/java")
    assert java_of(tmp_path) == own


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("lib/elasticsearch-8.15.0.jar", (8, 15, 0)),
        ("lib/elasticsearch-9.0.0-SNAPSHOT.jar", (9, 0, 0)),
        ("lib/elasticsearch-x-content-8.15.0.jar", None),
        ("lib/other-8.15.0.jar", None),
    ],
)
def test_versions_by_name(tmp_path: Path, name: str, version: tuple[int, ...] | None) -> None:
    program(tmp_path / name)
    if version is None:
        with pytest.raises(LabError, match="cannot detect the version"):
            version_in(tmp_path, "lib/elasticsearch-*.jar")
    else:
        assert version_in(tmp_path, "lib/elasticsearch-*.jar") == version
