"""Pseudonyms: the same in one workspace, nothing outside."""

from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.ledger.pseudonyms import KEY_FILE, LENGTH, Pseudonyms


def test_the_same_id_has_the_same_pseudonym_in_every_import(tmp_path: Path) -> None:
    first, again = Pseudonyms.of(tmp_path), Pseudonyms.of(tmp_path)
    name = first.device("intune", "DEV-1")
    assert name == again.device("intune", "DEV-1")
    assert len(name) == LENGTH
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_other_sources_kinds_and_workspaces_have_others(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    names = Pseudonyms.of(tmp_path)
    found = {
        names.device("intune", "x"),
        names.device("jamf", "x"),
        names.user("x"),
        Pseudonyms.of(tmp_path / "other").device("intune", "x"),
    }
    assert len(found) == 4


def test_pseudonyms_ignore_case_and_an_empty_name_stays_empty(tmp_path: Path) -> None:
    names = Pseudonyms.of(tmp_path)
    assert names.user("Ann@Acme.test") == names.user("ann@acme.test")
    assert names.user("") == ""


def test_the_key_is_not_guessed_when_it_is_damaged(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="not a valid pseudonym key"):
        Pseudonyms.of(tmp_path)


def test_memory_stays_bounded() -> None:
    names = Pseudonyms(b"k" * 32)
    for number in range(50_000):
        names.device("intune", str(number))
    assert len(names._known) <= 20_000
