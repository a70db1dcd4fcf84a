"""Logins of FTP, POP3, IMAP and SMTP in the clear; lines made from the RFCs."""

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.leaks.test_detect import JUDGE, flow
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.logins import MAX_LINES, read_logins
from tieback.model.flow import CleartextSample

PLAIN = b64encode(b"\0anna\0Blue-Sky-7")


def login(data: bytes) -> dict[str, str]:
    return {one.where: one.value for one in read_logins(data) if one.where.startswith("command:")}


@each(
    "data",
    [
        b"USER anna\r\nPASS Blue-Sky-7\r\nLIST\r\n",
        b"user anna\r\npass Blue-Sky-7\r\n",
        b"a1 CAPABILITY\r\na2 LOGIN anna Blue-Sky-7\r\n",
        b'a2 LOGIN "anna" "Blue-Sky-7"\r\n',
        b"EHLO x.test\r\nAUTH PLAIN " + PLAIN + b"\r\n",
        b"AUTH PLAIN\r\n" + PLAIN + b"\r\nQUIT\r\n",
        b"A0 AUTHENTICATE PLAIN\r\n" + PLAIN + b"\r\n",
        b"AUTH LOGIN\r\n" + b64encode(b"anna") + b"\r\n" + b64encode(b"Blue-Sky-7") + b"\r\n",
        b"AUTH LOGIN " + b64encode(b"anna") + b"\r\n" + b64encode(b"Blue-Sky-7") + b"\r\n",
    ],
)
def test_user_and_password(data: bytes) -> None:
    assert login(data) == {"command:user": "anna", "command:pass": "Blue-Sky-7"}


@each(
    "data",
    [
        b"USER anonymous\r\nPASS guest@x.test\r\n",
        b"USER anna\r\nQUIT\r\n",
        b"PASS Blue-Sky-7\r\n",
        b"AUTH CRAM-MD5\r\n" + PLAIN + b"\r\n",
        b"AUTH PLAIN not-base64\r\n",
        b"AUTH LOGIN\r\n" + b64encode(b"\x01\x02\x03\x04"),
        b"the user anna has a pass of this kind\r\n",
        b"x\r\n" * MAX_LINES + b"USER anna\r\nPASS Blue-Sky-7\r\n",
    ],
)
def test_what_is_no_login(data: bytes) -> None:
    assert login(data) == {}


def test_a_login_in_the_clear_is_a_leak_and_a_credential_for_its_recipient() -> None:
    data = b"USER anna@workhub.test\r\nPASS Blue-Sky-7\r\n"
    found = JUDGE(SampledFlow(flow(), (CleartextSample("out", "other", data),)))
    assert ("password", "command:pass") in {(one.pii_class, one.where) for one in found.leaks}
    assert ("password", "command:pass") in {(one.pii_class, one.where) for one in found.sent}
    assert all("Blue" not in one.masked for one in found.leaks)


@pytest.mark.parametrize("direction", ["out", "in"])
@pytest.mark.parametrize(
    "data",
    [
        b"USER anna\r\nPASS Blue-Sky-7=anna@workhub.test\r\n",
        b"USER anna\r\nPASS Blue-Sky-7\r\nemail=anna@workhub.test",
        b"USER anna\r\nPASS Blue-Sky-7: anna@workhub.test\r\n",
        b'USER anna\r\nPASS Blue-Sky-7\r\n{"email": "anna@workhub.test"}',
        b"PASS Blue-Sky-7&email=anna@workhub.test",
        b"AUTH PLAIN " + PLAIN + b"\r\n\r\nemail=anna@workhub.test\r\n",
        b"AUTH LOGIN\r\n" + b64encode(b"anna") + b"\r\n" + b64encode(b"Blue-Sky-7") + b"\r\nemail=anna@workhub.test",
    ],
)
def test_no_password_is_in_the_place_of_another_value(data: bytes, direction: str) -> None:
    found = JUDGE(SampledFlow(flow(), (CleartextSample(direction, "other", data),)))
    assert found.leaks
    document = msgspec.json.encode(found)
    assert not any(part in document for part in (b"Blue-Sky", PLAIN, b64encode(b"Blue-Sky-7")))


@given(st.binary(max_size=200))
def test_any_bytes_never_raises(data: bytes) -> None:
    list(read_logins(data))
    login(b"AUTH PLAIN\r\n" + data)
