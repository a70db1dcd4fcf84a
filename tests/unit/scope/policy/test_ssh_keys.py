"""Lines of public key files."""

import base64
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.scope.policy.signers import make_key, needs_ssh_keygen
from tieback.model.grant import Signatures, SigningKey
from tieback.scope.policy.ssh_keys import parse_public_key, signing_keys

BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIKLeJfv4Jg0QqYNZZyt7PiTCpp1nHjLXe7fC9ZHoxOjf"


@needs_ssh_keygen
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_fingerprint_is_that_of_ssh_keygen(tmp_path: Path, kind: str) -> None:
    path, line = make_key(tmp_path, "anna b", kind)
    said = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], capture_output=True, text=True, check=True).stdout
    key = parse_public_key(line + "\n")
    assert said.split()[1] == key.fingerprint
    assert key.comment == "anna b"


@each(
    "line",
    [
        "",
        "ssh-ed25519",
        f"ssh-rsa {BLOB}",
        f"ssh-dss {BLOB}",
        f"ssh-ed25519-cert-v01@openssh.com {BLOB}",
        f"cert-authority ssh-ed25519 {BLOB}",
        f"* ssh-ed25519 {BLOB}",
        f"ssh-ed25519 {BLOB} a\n* ssh-ed25519 {BLOB}",
        f"ssh-ed25519 {BLOB} a\rb",
        f"ssh-ed25519 {BLOB[:-3]}",
        f"ssh-ed25519 {BLOB[:10]}",
        "ssh-ed25519 " + "A" * 9000,
    ],
)
def test_what_is_no_key(line: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|is damaged|supported"):
        parse_public_key(line)


@given(st.text(max_size=100) | st.text("AB=+/ \n", max_size=50).map(lambda text: f"ssh-ed25519 {text}"))
def test_any_text_is_a_key_or_a_value_error(text: str) -> None:
    try:
        key = parse_public_key(text)
    except ValueError:
        key = None
    assert key is None or base64.b64decode(key.blob)[4:].startswith(key.kind.encode())


def test_keys_of_a_list() -> None:
    (key,) = signing_keys(Signatures(1, (SigningKey(f"ssh-ed25519 {BLOB} anna", date(2027, 1, 31)),)))
    assert (key.comment, key.not_after) == ("anna", date(2027, 1, 31))
    with pytest.raises(ValueError, match="listed twice"):
        signing_keys(Signatures(1, (f"ssh-ed25519 {BLOB} a", SigningKey(f"ssh-ed25519 {BLOB} b"))))
    with pytest.raises(ValueError, match="at most 64"):
        signing_keys(Signatures(1, (f"ssh-ed25519 {BLOB}",) * 65))
