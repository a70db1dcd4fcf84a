"""An unpacked CouchDB is one that has an Erlang machine and its own settings."""

from pathlib import Path

import pytest

from tieback.lab.interface import StartContext
from tieback.lab.servers import couchdb, unpacked
from tieback.lab.stores import STORES
from tieback.model.errors import LabError

(STORE,) = [store for store in STORES if store.name == "couchdb-open"]


def test_a_folder_without_its_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "unprivileged_account", lambda: None)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/couchdb").touch(mode=0o755)
    with pytest.raises(LabError, match=r"no erts-\*/bin/beam.smp"):
        couchdb.start(StartContext(STORE, tmp_path / "lab", tmp_path / "certificates", tmp_path))
