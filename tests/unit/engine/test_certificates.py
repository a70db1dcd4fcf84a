"""Certificates of a cluster."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.engine.certificates import AUTHORITY, MEMBER, make_certificates, require_certificates, valid_until
from tieback.model.errors import UsageError


def test_a_member_is_signed_by_the_authority(tmp_path: Path) -> None:
    make_certificates(tmp_path / "c", ["10.0.0.5", "scheduler.example.org"])
    authority = x509.load_pem_x509_certificate((tmp_path / "c" / AUTHORITY).read_bytes())
    member = x509.load_pem_x509_certificate((tmp_path / "c" / MEMBER).read_bytes())
    member.verify_directly_issued_by(authority)
    assert isinstance(member.public_key(), ec.EllipticCurvePublicKey)
    names = member.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "scheduler.example.org"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5"]


def test_key_file_is_private_and_the_authority_key_is_not_stored(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    assert stat.S_IMODE((tmp_path / MEMBER).stat().st_mode) == 0o600
    assert b"PRIVATE" not in (tmp_path / AUTHORITY).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {AUTHORITY, MEMBER}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    before = (tmp_path / MEMBER).read_bytes()
    with pytest.raises(UsageError, match="already contains"):
        make_certificates(tmp_path)
    assert (tmp_path / MEMBER).read_bytes() == before


def test_a_folder_without_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"missing {AUTHORITY}"):
        require_certificates(tmp_path)
    with pytest.raises(UsageError, match="needs certificates"):
        require_certificates(None)
    make_certificates(tmp_path)
    assert require_certificates(tmp_path) == (str(tmp_path / AUTHORITY), str(tmp_path / MEMBER))


@pytest.mark.parametrize(("mode", "accepted"), [(0o600, True), (0o440, True), (0o644, False), (0o620, False)])
def test_a_key_that_other_users_can_read_is_refused(tmp_path: Path, mode: int, accepted: bool) -> None:
    make_certificates(tmp_path)
    (tmp_path / MEMBER).chmod(mode)
    if accepted:
        assert require_certificates(tmp_path)[1] == str(tmp_path / MEMBER)
    else:
        with pytest.raises(UsageError, match="other users can read or change this key"):
            require_certificates(tmp_path)


def test_certificates_whose_time_is_over_are_refused(tmp_path: Path) -> None:
    make_certificates(tmp_path, days=-1)
    with pytest.raises(UsageError, match=r"expired on 20\d\d-\d\d-\d\d\. Create new ones"):
        require_certificates(tmp_path)


@pytest.mark.parametrize("days", [1, 397])
def test_how_long_they_are_valid(days: int, tmp_path: Path) -> None:
    make_certificates(tmp_path, days=days)
    assert timedelta(days=days, minutes=-5) < valid_until(tmp_path) - datetime.now(UTC) <= timedelta(days=days)


@given(junk=st.binary(max_size=200), name=st.sampled_from([AUTHORITY, MEMBER]), at=st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_damaged_ones_are_one_line(junk: bytes, name: str, at: int, tmp_path: Path) -> None:
    if not (tmp_path / MEMBER).exists():
        make_certificates(tmp_path)
    whole = (tmp_path / name).read_bytes()
    try:
        (tmp_path / name).write_bytes(whole[:at] + junk)
        with pytest.raises(UsageError, match="damaged, or do not belong together"):
            require_certificates(tmp_path)
    finally:
        (tmp_path / name).write_bytes(whole)


@pytest.mark.parametrize("name", [AUTHORITY, MEMBER])
def test_those_of_two_clusters_do_not_belong_together(name: str, tmp_path: Path) -> None:
    make_certificates(tmp_path / "a")
    make_certificates(tmp_path / "b")
    (tmp_path / "a" / name).write_bytes((tmp_path / "b" / name).read_bytes())
    with pytest.raises(UsageError, match="do not belong together"):
        require_certificates(tmp_path / "a")
