"""Files of cases, kept by their hash."""

import hashlib
from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.storage import attachments
from tieback.storage.attachments import keep


def test_a_file_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "answer.pdf"
    file.write_bytes(b"%PDF-signed")
    digest = hashlib.sha256(b"%PDF-signed").hexdigest()
    for _ in range(2):
        assert keep(tmp_path, file) == {"file": "answer.pdf", "sha256": digest, "size": "11"}
    (kept,) = (tmp_path / "attachments").iterdir()
    assert (kept.name, kept.read_bytes(), kept.stat().st_mode & 0o077) == (digest, b"%PDF-signed", 0)


def test_what_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="No such file"):
        keep(tmp_path, tmp_path / "none")
    monkeypatch.setattr(attachments, "MAX_ATTACHMENT", 3)
    (tmp_path / "big").write_bytes(b"four")
    with pytest.raises(InputError, match="larger than 256 MiB"):
        keep(tmp_path, tmp_path / "big")
