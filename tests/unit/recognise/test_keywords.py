"""Connection strings of keywords: which product, where, which database, and nothing of a password anywhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Credential, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.keywords import verify
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
EXTRACTOR = EndpointExtractor(RULES)


@each(
    ("text", "value"),
    [
        ("Server=db.x.test;Database=crm;Uid=app;Pwd=s3cr3tW0rd", "mysql://db.x.test:3306/crm"),
        ("server=10.1.2.3; port=3307; database=shop; user id=app; password=S3cr3tW0rd; charset=utf8", "mysql://10.1.2.3:3307/shop"),
        ("Data Source=sql.x.test;Initial Catalog=HR;User ID=sa;Password=S3cr3tW0rd", "sqlserver://sql.x.test:1433/HR"),
        ("Server=tcp:hr.database.windows.net,1433;Initial Catalog=HR;User ID=u;Password=S3cr3tW0rd;", "sqlserver://hr.database.windows.net:1433/HR"),
        (r"Data Source=sql.x.test\SQLEXPRESS;Database=HR;Trusted_Connection=True;", "sqlserver://sql.x.test:1433/HR"),
        ("Host=pg.x.test;Username=app;Password=S3cr3tW0rd;Database=crm", "postgresql://pg.x.test:5432/crm"),
        ("Host=pg.x.test;Port=5433;Username=app;Password='a;b';Database=crm", "postgresql://pg.x.test:5433/crm"),
        ("Driver={MySQL ODBC 8.0 Unicode Driver};Server=db.x.test;Database=crm;User=app;Password=S3cr3tW0rd;", "mysql://db.x.test:3306/crm"),
        ("User Id=app;Password=S3cr3tW0rd;Server=db.x.test;Database=crm;Port=3306", "mysql://db.x.test:3306/crm"),
        ("host=pg.x.test port=5432 dbname=crm user=app password=S3cr3tW0rd", "postgresql://pg.x.test:5432/crm"),
        ("host=pg.x.test dbname=crm user=app password='a S3cr3t;W0rd'", "postgresql://pg.x.test:5432/crm"),
        ("crm.db=Server=db.x.test;Database=crm;Uid=app;Pwd=S3cr3tW0rd", "mysql://db.x.test:3306/crm"),
        ("Connection string Server=db.x.test;Database=crm;Uid=app;Pwd=S3cr3tW0rd", "mysql://db.x.test:3306/crm"),
    ],
)  # fmt: skip
def test_products(text: str, value: str) -> None:
    verdict = verify(text, RULES)
    assert [endpoint.value for endpoint in verdict.endpoints] == [value]
    assert "3cr3t" not in repr(verdict)
    for secret in verdict.secrets:
        assert secret.kind == "password_in_connection_string"


@each(
    "text",
    [
        "server=1",
        "host=www.x.test",
        "Server=db.x.test",
        "host=a.x.test path=/ version=2",
        "Server={0};Database={1};Uid={2};Pwd={3}",
        "Data Source=app.db;Version=3;",
        "Data Source=:memory:;Mode=Memory;Password=x1y2z3",
        "Server=myServerAddress;Port=1;",
        "host=e.host;database=e.database;user=e.user;port=e.port",
        "Server=myServerAddress;Database=myDataBase;User Id=myUsername;Password=myPassword;",
        "https://x.test/?server=a.test&database=b&user=c",
    ],
)
def test_what_is_none(text: str) -> None:
    assert verify(text, RULES).endpoints == ()


@each(
    ("before", "wide"),
    [("", False), ("crm.db=", False), ("Verbindung f\u00fcr \u20ac: ", False), ("Connection string ", True)],
)
def test_its_place_is_its_first_word(before: str, wide: bool) -> None:
    text = f"{before}Server=db.x.test;Database=crm;Uid=app;Pwd=S3cr3tW0rd"
    data = text.encode("utf-16-le" if wide else "utf-8")
    finds = list(EXTRACTOR.extract(Artifact("a", (Buffer("a", BufferKind.TEXT, data, utf16=wide),))))
    (sighting,) = [find for find in finds if isinstance(find, Sighting)]
    assert sighting.evidence.offset == len(before.encode("utf-16-le" if wide else "utf-8"))
    assert "Server=db.x.test" in sighting.evidence.context


@pytest.mark.parametrize("wide", [False, True], ids=["utf8", "utf16"])
def test_it_is_found_in_a_buffer_whatever_word_comes_first(wide: bool) -> None:
    text = "User Id=app;Password=S3cr3tW0rd;Server=db.x.test;Database=crm;Port=3306;"
    raw = text.encode("utf-16-le") if wide else text.encode()
    data = b"\0\0" * 8 + raw + b"\0\0more\0\0"
    finds = list(EXTRACTOR.extract(Artifact("a", (Buffer("a", BufferKind.NATIVE, data, utf16=wide),))))
    (sighting,) = [find for find in finds if isinstance(find, Sighting)]
    assert sighting.endpoint.value == "mysql://db.x.test:3306/crm"
    assert sighting.endpoint.service == "mysql"
    assert sighting.evidence.offset == 16
    assert any(isinstance(find, Credential) for find in finds)
    assert "S3cr3tW0rd" not in repr(finds)


@given(st.text(st.sampled_from("abServer=;Data ource{}'\"\\,: 0pwd.\n"), max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_text(text: str) -> None:
    verdict = verify("server=" + text, RULES)
    assert verdict.covers >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Host=pg.x.test;Username=app;Password='S3cr3t W0rd, \\'S3cr3t';Database=crm",
        "host=pg.x.test dbname=crm user=app password='S3cr3t W0rd'",
        "Server=localhost;Database=crm;Uid=app;Pwd=S3cr3tW0rd",
    ],
)
def test_a_password_is_shown_nowhere(text: str) -> None:
    finds = list(EXTRACTOR.extract(Artifact("a", (Buffer("a", BufferKind.TEXT, f"db.url={text}\n".encode()),))))
    assert finds
    assert "S3cr3t" not in repr(finds)
    assert "W0rd" not in repr(finds)


def test_a_url_beside_other_words_is_found_all_the_same() -> None:
    data = b"server=https://api.shop.de/v1 database=none"
    finds = list(EXTRACTOR.extract(Artifact("a", (Buffer("a", BufferKind.TEXT, data),))))
    assert [find.endpoint.value for find in finds if isinstance(find, Sighting)] == ["https://api.shop.de/v1"]
