from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.pii.values.scan import ShapeScanner, load_shapes
from tieback.rulefiles import load_or_build


@pytest.fixture(scope="module")
def scanner() -> ShapeScanner:
    return ShapeScanner()


def kinds(scanner: ShapeScanner, value: str) -> set[str]:
    hits = scanner.scan(["#", value, "#"])
    found = set()
    for place, matched in hits.items():
        assert matched == [1] or place >= len(scanner.shapes)
        if place < len(scanner.shapes):
            check = scanner.check(place)
            if check is None or check(value):
                found.add(scanner.shapes[place].kind)
    return found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("jo.o'neil+x@mail.example.test", "e-mail address"),
        ("jörg@bücher.example", "e-mail address"),
        ("DE89370400440532013000", "IBAN"),
        ("00:1b:44:11:3a:b7", "MAC address"),
        ("001b.4411.3ab7", "MAC address"),
        ("2001:db8::8a2e:370:7334", "IPv6 address"),
        ("52.516275,13.377704", "latitude and longitude"),
        ('{"type": "Point", "coordinates": [1.5, 2.5]}', "point"),
        ("POINT(13.37 52.51)", "point"),
        ("geo:52.5,13.3;u=35", "point"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "JSON web token"),
        ("-----BEGIN RSA PRIVATE KEY----- MIIE", "private key"),
        ("AKIA" + "A" * 16, "AWS access key id"),
        ("ghp_" + "a1" * 18, "GitHub token"),
        ("postgres://u:p@db.test/x", "URL with a password"),
        ("$2b$12$" + "a" * 53, "bcrypt hash"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo", "argon2 hash"),
        ("$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD", "scrypt hash"),
        ("pbkdf2_sha256$260000$c2FsdA$" + "a" * 43 + "=", "PBKDF2 hash"),
        ("$6$rounds=5000$saltsalt$" + "a" * 86, "crypt hash"),
        ("$P$B" + "a" * 30, "crypt hash"),
        ("{SSHA}" + "a" * 40, "framework hash"),
        ("*" + "A" * 40, "framework hash"),
        ("md5" + "a" * 32, "framework hash"),
        ("1M8GDM9AXKP042788", "vehicle identification number"),
        ("E11.9", "ICD-10 code"),
        ("AB-", "blood group"),
        ("FRA-JFK", "route between airports"),
        ("data:image/png;base64,iVBORw0KGgo=", "image or sound"),
        ("+49 (0)30 123456", "international number"),
        ("2024-02-29", "date"),
        ("2024-02-29T10:00:00Z", "time stamp"),
        ("1700000000", "epoch"),
        ("de305d54-75b4-431b-adb2-eb6b9e546014", "UUID"),
        ("d41d8cd98f00b204e9800998ecf8427e", "hexadecimal"),
        ("https://example.test/a.png", "image address"),
        ("1.2.3-rc.1", "version"),
        ("978-3-16-148410-0", "ISBN"),
        ("#a0b1c2", "colour"),
        ("$1,234.50", "decimal number"),
    ],
)
def test_shapes(scanner: ShapeScanner, value: str, kind: str) -> None:
    assert kind in kinds(scanner, value)


@pytest.mark.parametrize(
    "value",
    [
        "ORD-59112975",
        "QUZ-4767-TD",
        "1ZMA7KKYEB6THD4ERS",
        "",
        "@",
        "a@b",
        "user@localhost",
        "----",
        "x" * 4096,
        "é\ud800",
    ],
)
def test_nothing_personal(scanner: ShapeScanner, value: str) -> None:
    personal = {shape.kind for shape in scanner.shapes if shape.pii_class and not shape.support}
    assert not kinds(scanner, value) & personal


def test_every_shape_names_its_source() -> None:
    for shape in load_shapes():
        assert shape.source or not shape.pii_class


def test_what_was_compiled_is_read_by_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_CACHE", str(tmp_path))
    first = ShapeScanner().scan(["ada@x.test"])
    (kept,) = tmp_path.glob("values-*")
    made = kept.stat().st_mtime_ns
    assert ShapeScanner().scan(["ada@x.test"]) == first
    assert kept.stat().st_mtime_ns == made


def test_database_of_another_version_is_rebuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
        return load_or_build(name, source, lambda: b"not a database")

    monkeypatch.setenv("TIEBACK_CACHE", "")
    monkeypatch.setattr("tieback.pii.values.scan.load_or_build", other)
    assert ShapeScanner().scan(["ada@x.test"])
