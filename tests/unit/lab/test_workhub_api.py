"""The API's certificate names its host, and is kept between runs."""

import ipaddress
import socket
from pathlib import Path

import pytest
from cryptography import x509

from tieback.lab.workhub_api import _make_certificate, start_workhub_api
from tieback.model.errors import LabError


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.77.255.9", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"127.77.255.9:{port}: the port is in use"):
            start_workhub_api(tmp_path, "127.77.255.9", port)


def test_the_certificate(tmp_path: Path) -> None:
    _make_certificate(tmp_path, "127.77.0.20")
    pem = (tmp_path / "certificate.pem").read_bytes()
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.workhub.test"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.77.0.20")]
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    _make_certificate(tmp_path, "127.77.0.20")
    assert (tmp_path / "certificate.pem").read_bytes() == pem
