"""The page with the certificate: three fixed answers, whatever is requested."""

import asyncio
from pathlib import Path

import pytest
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.capturing import certificate
from tieback.intake.capture import authority_page as module
from tieback.intake.capture.authority_page import AuthorityPage, contents, digest_of, respond


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "ca.pem"
    path.write_bytes(certificate().partition(b"-----BEGIN PRIVATE")[0])
    return path


def ask(path: Path, *requests: bytes) -> list[bytes]:
    async def talk() -> list[bytes]:
        page = AuthorityPage(path)
        port = await page.start("127.0.0.1")
        answers = []
        for request in requests:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            writer.write_eof()
            try:
                answers.append(await reader.read())
            except ConnectionResetError:  # closed before all of the request was read
                answers.append(b"")
            writer.close()
        return answers

    return asyncio.run(talk())


def test_a_browser_gets_the_page_and_both_forms_of_the_certificate(pem: Path) -> None:
    page, der, text = ask(
        pem,
        *(
            f"GET {path} HTTP/1.1\r\nHost: 192.0.2.1:8081\r\n\r\n".encode()
            for path in ("/", "/tieback-authority.crt", "/tieback-authority.pem")
        ),
    )
    assert page.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n")
    assert digest_of(pem.read_bytes()).encode() in page
    assert b"default-src 'none'" in page
    real = load_pem_x509_certificate(pem.read_bytes())
    assert load_der_x509_certificate(der.partition(b"\r\n\r\n")[2]) == real
    assert load_pem_x509_certificate(text.partition(b"\r\n\r\n")[2]) == real


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /../mitmproxy-ca.pem HTTP/1.1\r\n\r\n", b"404"),
        (b"GET //etc/passwd HTTP/1.1\r\n\r\n", b"404"),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b"404"),
        (b"CONNECT api.test:443 HTTP/1.1\r\n\r\n", b"405"),
        (b"POST / HTTP/1.1\r\n\r\n", b"405"),
        (b"\x16\x03\x01\x00\r\n\r\n", b"400"),
        (b"\r\n\r\n", b"400"),
    ],
)
def test_other_requests_get_no_file(pem: Path, request_head: bytes, status: bytes) -> None:
    (answer,) = ask(pem, request_head)
    assert answer[9:12] == status
    assert b"BEGIN" not in answer


@pytest.mark.parametrize("request_head", [b"", b"GET / HTTP/1.1\r\n", b"G" * 100_000])
def test_a_request_without_an_end_gets_no_answer(pem: Path, request_head: bytes) -> None:
    assert ask(pem, request_head) == [b""]


def test_a_public_address_gets_no_answer(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_is_near", lambda _writer: False)
    assert ask(pem, b"GET / HTTP/1.1\r\n\r\n") == [b""]


def test_head_has_no_body(pem: Path) -> None:
    (answer,) = ask(pem, b"HEAD / HTTP/1.1\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n")


@given(request=st.binary(max_size=200))
def test_no_request_raises_and_none_gets_a_key(request: bytes) -> None:
    answer = respond(request, {"/": ("text/html", b"page")})
    assert answer.startswith(b"HTTP/1.1 ")


def test_a_file_without_a_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        contents(tmp_path / "ca.pem")
