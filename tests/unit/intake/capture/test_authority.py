"""The name is OpenSSL's old hash of the subject, which Android looks for."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.lab.capturing import certificate
from tieback.intake.capture.device import trusted_path


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_name_is_openssls(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(certificate())
    words = ["openssl", "x509", "-subject_hash_old", "-noout", "-in", str(path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    assert trusted_path(path) == f"/data/misc/user/0/cacerts-added/{said}.0"


def test_invalid_certificate_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        trusted_path(tmp_path / "ca.pem")
