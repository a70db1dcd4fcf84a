"""Signatures of grant files by the real ssh-keygen, and everything that must not count as one."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.unit.scope.policy.signers import make_key, needs_ssh_keygen, signature
from tieback.model.errors import GrantError
from tieback.scope.policy.signatures import MAX_FILES, Requirement, check_signatures, sign, signature_files
from tieback.scope.policy.ssh_keys import parse_public_key

pytestmark = needs_ssh_keygen
TODAY = date(2026, 11, 25)
CONTENT = b'authorised_by = "Office"\n'


class Office:
    """A folder with a grant file, and keys of people."""

    def __init__(self, folder: Path) -> None:
        self.grant = folder / "grant.toml"
        self.grant.write_bytes(CONTENT)
        self.folder = folder
        self.keys = {name: make_key(folder, name) for name in ("anna", "ben", "cleo", "mallory")}

    def sign(self, *names: str, content: bytes = CONTENT, namespace: str = "tieback-grant") -> None:
        for name in names:
            file = self.folder / f"grant.toml.{len(signature_files(self.grant))}.sig"
            file.write_bytes(signature(self.keys[name][0], content, namespace))

    def requirement(self, need: int = 2, until: date | None = None) -> Requirement:
        keys = (parse_public_key(self.keys[name][1]) for name in ("anna", "ben", "cleo"))
        return Requirement("the grant", need, tuple(msgspec.structs.replace(key, not_after=until) for key in keys))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(people: Office) -> Office:
    for file in people.folder.glob("grant.toml.*"):
        file.unlink()
    return people


def names(office: Office, requirement: Requirement | None = None) -> tuple[list[str], tuple[str, ...]]:
    wanted = requirement or office.requirement()
    found = check_signatures(CONTENT, signature_files(office.grant), [wanted], TODAY)
    return [signer.comment for signer in found.signers_for(wanted)], found.problems


def test_signers_are_named(office: Office) -> None:
    office.sign("ben", "anna")
    assert names(office) == (["ben", "anna"], ())
    found = check_signatures(CONTENT, signature_files(office.grant), [office.requirement()], TODAY)
    assert [(one.file, one.listed_in) for one in found.signers] == [
        ("grant.toml.0.sig", ("the grant",)),
        ("grant.toml.1.sig", ("the grant",)),
    ]
    assert found.signers[0].fingerprint == parse_public_key(office.keys["ben"][1]).fingerprint


def test_one_key_counts_once(office: Office) -> None:
    office.sign("anna", "anna")
    signers, (problem,) = names(office)
    assert signers == ["anna"]
    assert "each key counts once" in problem


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda office: office.sign("mallory"), "not a signature of a listed key"),
        (lambda office: office.sign("anna", namespace="file"), "for another purpose than tieback-grant"),
        (lambda office: office.sign("anna", content=CONTENT + b"\n"), "it was changed after signing"),
        (lambda office: office.sign("anna", content=b""), "it was changed after signing"),
    ],
)
def test_what_does_not_count(office: Office, prepare: Callable[[Office], None], says: str) -> None:
    prepare(office)
    signers, (problem,) = names(office)
    assert signers == []
    assert says in problem


def test_an_expired_key_does_not_count(office: Office) -> None:
    office.sign("anna")
    assert names(office, office.requirement(until=TODAY)) == (["anna"], ())
    signers, (problem,) = names(office, office.requirement(until=date(2026, 11, 24)))
    assert (signers, "has expired" in problem) == ([], True)
    # Expired in one list, still valid in another.
    old = office.requirement(until=date(2026, 11, 24))
    new = msgspec.structs.replace(office.requirement(), where="/etc/tieback/never.toml")
    found = check_signatures(CONTENT, signature_files(office.grant), [old, new], TODAY)
    assert [len(found.signers_for(one)) for one in (old, new)] == [0, 1]


@pytest.mark.parametrize(
    "shape", ["link", "dangling", "folder", "fifo", "huge", "empty", "noise", "zeros", "two", "header"]
)
def test_hostile_signature_files(office: Office, shape: str) -> None:
    real = signature(office.keys["anna"][0], CONTENT)
    file = office.folder / "grant.toml.sig"
    elsewhere = office.folder / "real"
    elsewhere.write_bytes(real)
    match shape:
        case "link" | "dangling":
            file.symlink_to(elsewhere if shape == "link" else office.folder / "gone")
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "huge":
            with file.open("wb") as out:
                out.write(real)
                out.truncate(5 * 2**30)
        case "two":
            file.write_bytes(signature(office.keys["mallory"][0], CONTENT) + real)
        case _:
            file.write_bytes(
                {"empty": b"", "noise": os.urandom(9000), "zeros": b"\0" * 9000, "header": real[:40]}[shape]
            )
    try:
        signers, (problem,) = names(office)
    finally:
        file.rmdir() if shape == "folder" else file.unlink()
    assert signers == []
    assert problem.startswith("grant.toml.sig: ")


def test_too_many_signature_files(office: Office) -> None:
    for number in range(MAX_FILES + 1):
        (office.folder / f"grant.toml.{number}.sig").touch()
    with pytest.raises(GrantError, match="65 signature files; at most 64 are read"):
        signature_files(office.grant)


def test_sign_writes_the_next_free_file(office: Office) -> None:
    first = sign(office.grant, CONTENT, office.keys["anna"][0])
    second = sign(office.grant, CONTENT, office.keys["ben"][0])
    assert [path.name for path, _ in (first, second)] == ["grant.toml.sig", "grant.toml.2.sig"]
    assert first[1] == parse_public_key(office.keys["anna"][1]).fingerprint
    assert names(office) == (["ben", "anna"], ())
    with pytest.raises(GrantError, match="ssh-keygen did not sign"):
        sign(office.grant, CONTENT, office.folder / "no-key")


def test_without_ssh_keygen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(office.folder))
    with pytest.raises(GrantError, match="ssh-keygen is not installed"):
        names(office)
    with pytest.raises(GrantError, match="ssh-keygen is not installed"):
        sign(office.grant, CONTENT, office.keys["anna"][0])
