"""Addresses that an app only tells to a server or to a person: values of headers, returns of sign-ins, messages."""

from pathlib import Path

from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import HEADER, PAID, SHOWN
from tieback.recognise.texts.prose import NOTIFIED, REDIRECT

CODE = (Path(__file__).parent / "dex" / "told.dex").read_bytes()


def reason(text: str) -> str:
    return ConstantUses([DexFile(CODE)]).reason(text.encode())


def test_the_value_of_a_header_is_told_to_a_server() -> None:
    assert reason("https://client.shop.test/") == HEADER
    assert reason("https://page.shop.test/") == HEADER


def test_the_address_to_which_a_sign_in_returns_is_told_to_a_server() -> None:
    assert reason("https://back.shop.test/") == REDIRECT


def test_the_address_that_a_payment_service_calls_is_told_to_a_server() -> None:
    assert reason("https://notify.shop.test/") == NOTIFIED
    assert reason("https://paid.shop.test/") == PAID
    assert reason("https://gate.shop.test/") == reason("https://next.shop.test/") == ""


def test_the_message_of_an_exception_is_told_to_a_person() -> None:
    assert reason("See https://help.shop.test/ for help") == SHOWN


def test_the_text_of_another_object_and_the_target_of_a_request_count() -> None:
    assert reason("https://target.shop.test/") == reason("https://server.shop.test/") == ""
