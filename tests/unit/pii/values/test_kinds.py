from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.pii.values.kinds import CHECKS


@each(
    ("check", "good", "bad"),
    [
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765433"),
        ("iban", "DE89370400440532013000", "DE8937040044053201300"),
        ("bic", "DEUTDEFF", "DEUTQQFF"),
        ("card", "4111 1111 1111 1111", "4111111111111112"),
        ("card", "378282246310005", "490154203237518"),
        ("card", "6011111111111117", "9999999999999995"),
        ("imei", "490154203237518", "378282246310005"),
        ("ipv4", "192.0.2.255:8080", "192.0.2.256"),
        ("ipv4", "10.0.0.0/8", "10.00.0.1"),
        ("ipv6", "2001:db8::1", "2001:db8:::1"),
        ("ipv6", "[fe80::1%eth0]:443", "12:34:56"),
        ("latlon", "52.5163, 13.3777", "152.5163, 193.3777"),
        ("vin_shape", "WVWZZZ1JZXW000001", "12345678901234567"),
        ("mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "PRODUCT12345678901234567890123"),
        ("mrz_numbers", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C37UTO7408122F1204159ZE184226B<<<<<10"),
        ("mrz_numbers", "D231458907UTO7408122F1204159<<<<<<<6", "D231458907UTO7408123F1204159<<<<<<<6"),
        ("route", "FRA-LHR", "USD-XQZ"),
        ("phone", "(030) 123456", "219-09-9999"),
        ("phone", "06-12345678", "2024-01-31"),
        ("phone", "06 12 34 56 78", "13. 03. 2010"),
        ("phone", "555 0100 22", "978-3-16-148410-0"),
        ("international", "+44 (0)20 7946 0958", "+1"),
        ("international", "0049 30 123456 x12", "00000000"),
        ("international", "(+971) 50 123 4567", "(971) 50 123 4567"),
        ("hexadecimal", "d41d8cd98f00b204e9800998ecf8427e", "12345678"),
        ("domain", "mail.example.test", "..test"),
        ("ean", "4006381333931", "4006381333932"),
        ("snomed", "22298006", "22298007"),
        ("snomed", "900000000000013009", "900000000000013008"),
    ],
)
def test_single_values_pass_or_fail_their_check(check: str, good: str, bad: str) -> None:
    assert CHECKS[check](good)
    assert not CHECKS[check](bad)


@settings(max_examples=examples(60), deadline=None)
@given(st.text("0123456789ABCF:.-+() /[]%x,", min_size=1, max_size=40))
def test_no_text_raises(text: str) -> None:
    for name, check in CHECKS.items():
        if name != "ipv4":  # reached only by what the shape let through
            assert check(text) in (True, False)
