"""Keys and signatures of the real ssh-keygen."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


def make_key(folder: Path, name: str, kind: str = "ed25519") -> tuple[Path, str]:
    """A private key without passphrase, and the line of its public half."""
    path = folder / f"key-{name}"
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path, path.with_name(f"{path.name}.pub").read_text().strip()


def signature(key: Path, content: bytes, namespace: str = "tieback-grant") -> bytes:
    """An armoured signature."""
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", namespace]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout
