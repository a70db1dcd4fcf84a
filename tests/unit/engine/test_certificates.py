"""Certificates of a cluster."""

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tieback.engine.certificates import AUTHORITY, MEMBER, make_certificates, require_certificates
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


def test_the_key_is_the_owners_alone_and_the_authoritys_is_not_kept(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    assert stat.S_IMODE((tmp_path / MEMBER).stat().st_mode) == 0o600
    assert b"PRIVATE" not in (tmp_path / AUTHORITY).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {AUTHORITY, MEMBER}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    before = (tmp_path / MEMBER).read_bytes()
    with pytest.raises(UsageError, match="there already"):
        make_certificates(tmp_path)
    assert (tmp_path / MEMBER).read_bytes() == before


def test_a_folder_without_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"no {AUTHORITY} there"):
        require_certificates(tmp_path)
    with pytest.raises(UsageError, match="certificates alone"):
        require_certificates(None)
    make_certificates(tmp_path)
    assert require_certificates(tmp_path) == (str(tmp_path / AUTHORITY), str(tmp_path / MEMBER))
