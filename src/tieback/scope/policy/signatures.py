"""Signatures of a grant file, made and checked by ``ssh-keygen -Y`` (ssh-keygen(1), PROTOCOL.sshsig of OpenSSH).

The signed content is the exact bytes of the grant file, in the namespace ``tieback-grant``. The signatures of
``grant.toml`` are the files ``grant.toml.sig`` and ``grant.toml.*.sig`` beside it. They are untrusted: each is read
once, without following a link, at most ``MAX_SIGNATURE`` bytes, and given to ssh-keygen as a copy.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import GrantError
from tieback.scope.policy.ssh_keys import PublicKey

NAMESPACE = "tieback-grant"
MAX_SIGNATURE = 16 * 1024
MAX_FILES = 64
_MAX_ENTRIES = 100_000
_SECONDS = 10.0
"""Time limit of one call of ssh-keygen without a terminal."""


class Requirement(msgspec.Struct, frozen=True):
    """A demand for signatures."""

    where: str
    """What demands them: ``the grant``, or the path of a site policy."""
    need: int
    keys: tuple[PublicKey, ...]


class Signer(msgspec.Struct, frozen=True):
    """A key with a valid signature of the file."""

    fingerprint: str
    comment: str
    file: str
    """Name of the file with the signature."""
    listed_in: tuple[str, ...] = ()
    """What lists the key, as ``Requirement.where``; only lists in which it has not expired."""


class SignatureCheck(msgspec.Struct, frozen=True):
    """The result of checking all signatures of a file."""

    signers: tuple[Signer, ...] = ()
    """Each key once, whatever the number of its signatures."""
    problems: tuple[str, ...] = ()
    """Signatures that do not count, one line each with the reason."""

    def signers_for(self, requirement: Requirement) -> tuple[Signer, ...]:
        """The signers that count for a requirement."""
        return tuple(signer for signer in self.signers if requirement.where in signer.listed_in)


def find_ssh_keygen() -> str:
    """The path of ssh-keygen.

    Raises:
        GrantError: it is not installed.
    """
    program = shutil.which("ssh-keygen")
    if program is None:
        raise GrantError(
            "ssh-keygen is not installed, so signatures of a grant cannot be made or checked",
            advice="Install OpenSSH (Debian: openssh-client); without it, nothing is contacted under such a grant",
        )
    return program


def signature_files(path: Path) -> list[Path]:
    """The signature files beside a grant file, sorted.

    Raises:
        GrantError: the folder cannot be read, or there are too many.
    """
    found = []
    try:
        with os.scandir(path.parent) as entries:
            for number, entry in enumerate(entries):
                if number >= _MAX_ENTRIES:
                    raise GrantError(f"more than {_MAX_ENTRIES} files", where=str(path.parent), advice=_MOVE)
                if entry.name.startswith(f"{path.name}.") and entry.name.endswith(".sig"):
                    found.append(path.parent / entry.name)
    except OSError as error:
        raise GrantError(f"cannot be read ({error.strerror})", where=str(path.parent), advice=_MOVE) from None
    if len(found) > MAX_FILES:
        raise GrantError(
            f"{count_text(len(found), 'signature file')}; at most {MAX_FILES} are read", where=str(path), advice=_MOVE
        )
    return sorted(found)


_MOVE = "Put the grant and its signatures into a folder of their own"


def check_signatures(
    content: bytes, files: Iterable[Path], requirements: Sequence[Requirement], today: date
) -> SignatureCheck:
    """Check all signatures of a content against the keys of all requirements.

    Args:
        content: the exact bytes of the grant file.
        files: files with one signature each.
        requirements: demands for signatures.
        today: the day in UTC.

    Raises:
        GrantError: ssh-keygen is not installed.
    """
    program = find_ssh_keygen()
    keys = {key.blob: key for requirement in requirements for key in requirement.keys}
    signers: dict[str, Signer] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
        checker = _Checker(program, Path(folder), list(keys.values()))
        for file in files:
            try:
                key = checker.signer(content, _read(file))
                lists = tuple(_lists(key, requirements, today))
                if not lists:
                    raise ValueError(f"the key {key.fingerprint} has expired")
            except ValueError as error:
                problems.append(f"{file.name}: {error}")
                continue
            if key.blob in signers:
                problems.append(f"{file.name}: a second signature of {key.fingerprint}; each key counts once")
            else:
                signers[key.blob] = Signer(key.fingerprint, key.comment, file.name, lists)
    return SignatureCheck(tuple(signers.values()), tuple(problems))


def _lists(key: PublicKey, requirements: Iterable[Requirement], today: date) -> Iterator[str]:
    for requirement in requirements:
        for one in requirement.keys:
            if one.blob == key.blob and (one.not_after is None or today <= one.not_after):
                yield requirement.where


def _read(file: Path) -> bytes:
    try:
        number = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        link = file.is_symlink()
        raise ValueError(
            "a symbolic link, which is not followed" if link else f"unreadable ({error.strerror})"
        ) from None
    try:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode):
            raise ValueError("not a regular file")
        data = os.read(number, MAX_SIGNATURE + 1)
    except OSError as error:
        raise ValueError(f"unreadable ({error.strerror})") from None
    finally:
        os.close(number)
    if len(data) > MAX_SIGNATURE:
        raise ValueError(f"longer than {MAX_SIGNATURE} bytes")
    return data


class _Checker:
    """Calls ssh-keygen with a list of allowed keys."""

    def __init__(self, program: str, folder: Path, keys: Sequence[PublicKey]) -> None:
        self._program = program
        self._keys = {f"key-{number}": key for number, key in enumerate(keys)}
        self._allowed = folder / "allowed_signers"
        self._signature = folder / "signature"
        lines = (f'{name} namespaces="{NAMESPACE}" {key.kind} {key.blob}\n' for name, key in self._keys.items())
        self._allowed.write_text("".join(lines), encoding="ascii")

    def signer(self, content: bytes, signature: bytes) -> PublicKey:
        """The listed key that made a signature.

        Raises:
            ValueError: no listed key did, for this content and purpose; the message is a clause for the user.
        """
        self._signature.write_bytes(signature)
        common = ("-s", str(self._signature), "-f", str(self._allowed))
        found = _run(self._program, ("-Y", "find-principals", *common), b"")
        names = [name for name in found.stdout.decode("utf-8", "replace").split() if name in self._keys]
        if found.returncode or not names:
            raise ValueError("not a signature of a listed key")
        verified = _run(self._program, ("-Y", "verify", "-I", names[0], "-n", NAMESPACE, *common), content)
        if verified.returncode:
            raise ValueError(
                f"not valid for this file: it was changed after signing, or signed for another purpose than {NAMESPACE}"
            )
        return self._keys[names[0]]


def _run(program: str, arguments: Sequence[str], content: bytes) -> "subprocess.CompletedProcess[bytes]":
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    try:
        return subprocess.run(
            [program, *arguments], input=content, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"ssh-keygen did not answer within {_SECONDS:.0f} s") from None
    except OSError as error:
        raise GrantError(f"cannot be started ({error.strerror})", where=program, advice="Install OpenSSH") from None


def sign(path: Path, content: bytes, key: Path) -> tuple[Path, str]:
    """Sign a grant file with a private key, or with the agent's key if ``key`` is a public one.

    ssh-keygen asks for a passphrase on the terminal.

    Args:
        path: the grant file; the signature is written beside it, to the first free name.
        content: its exact bytes.
        key: key file, as for ``ssh-keygen -f``.

    Returns:
        The signature file, and the fingerprint of the key.

    Raises:
        GrantError: ssh-keygen is not installed or refuses, or the signature cannot be written.
    """
    program = find_ssh_keygen()
    command = [program, "-Y", "sign", "-f", str(key), "-n", NAMESPACE]
    made = subprocess.run(command, input=content, capture_output=True, check=False)
    if made.returncode or not made.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        said = made.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1][:200] if said else f"exit code {made.returncode}"
        raise GrantError(f"ssh-keygen did not sign ({why})", where=str(key), advice="Pass a key that it can use")
    with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
        draft = Path(folder) / "signature"
        draft.write_bytes(made.stdout)
        try:
            checked = _run(program, ("-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(draft)), content)
        except ValueError as error:
            raise GrantError(str(error), where=str(key), advice="Try again") from None
    found = re.search(rb"SHA256:[A-Za-z0-9+/]+", checked.stdout)
    if checked.returncode or found is None:
        raise GrantError("ssh-keygen cannot check its own signature", where=str(key), advice="Update OpenSSH")
    for number in range(1, MAX_FILES + 1):
        target = path.with_name(f"{path.name}.sig" if number == 1 else f"{path.name}.{number}.sig")
        try:
            with target.open("xb") as out:
                out.write(made.stdout)
        except FileExistsError:
            continue
        except OSError as error:
            raise GrantError(
                f"cannot be written ({error.strerror})", where=str(target), advice="Choose a writable folder"
            ) from None
        return target, found.group().decode()
    raise GrantError(f"{MAX_FILES} signature files exist", where=str(path), advice="Delete those that are not needed")
