"""Short names of passwords, and the host of the same service."""

from tests.each import each
from tieback.recognise.service_passwords import beside, has_place, is_service, is_store, stem_of


@each(
    ("name", "stem"),
    [
        ("DB_PASS", "DB"),
        ("app.mqtt.pwd", "app.mqtt"),
        ("smtpPass", "smtp"),
        ("FTP-PW", "FTP"),
        ("shop2Pwd", "shop2"),
        ("compass", ""),
        ("BYPASS", ""),
        ("pass", ""),
        ("db_passenger", ""),
        ("db_password", ""),
    ],
)
def test_the_name_of_the_service(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@each(("stem", "known"), [("DB", True), ("app.mqtt", True), ("shopFtp", True), ("login", False), ("dbLogin", False)])
def test_services_that_take_passwords(stem: str, known: bool) -> None:
    assert is_service(stem) is known
    assert is_store(stem) is (stem == "DB")


@each(
    ("text", "found"),
    [
        ("DB_HOST=db.shop.test", True),
        ('"db_url": "mysql://db.shop.test"', True),
        ("db.server = 203.0.113.7", True),
        ("DB_HOST=localhost", False),
        ("MYDB_HOST=db.shop.test", False),
        ("DB_HOST=${HOST}", False),
    ],
)
def test_the_place_of_a_service(text: str, found: bool) -> None:
    assert has_place("DB", text) is found


def test_the_first_place_among_named_values() -> None:
    others = [("DB_NAME", "orders"), ("FTP_HOST", "ftp.shop.test"), ("db_host", "db.shop.test")]
    assert beside("DB_PASS", others) == 'db_host="db.shop.test"\n'
    assert beside("SSH_PASS", others) == ""
    assert beside("DB_NAME", others) == ""
