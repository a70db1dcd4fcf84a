import pytest

from tieback.pii.lexicon import Lexicon
from tieback.pii.lexicon.cache import load_lexicon
from tieback.pii.persons import actor_verb, personal_number
from tieback.pii.reading import NameReader
from tieback.pii.table_context import ContextReader


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("approved by", "approved"),
        ("approved by id", "approved"),
        ("sort by", ""),
        ("group by", ""),
        ("geprueft von", "geprueft"),
        ("gueltig von", ""),
        ("datum von", ""),
        ("saisi par", "saisi"),
        ("creado por", "creado"),
        ("dibuat oleh", "dibuat"),
        ("dodane przez", "dodane"),
        ("aangemaakt door", "aangemaakt"),
        ("skapad av", "skapad"),
        ("by", ""),
        ("", ""),
    ],
)
def test_actor_fields_are_recognised(lexicon: Lexicon, name: str, done: str) -> None:
    assert actor_verb(tuple(name.split()), lexicon.identifiers) == done


@pytest.mark.parametrize(
    ("name", "table", "is_int", "found"),
    [
        ("customer_no", "", False, True),
        ("id_fiador", "", False, True),
        ("customer", "orders", True, True),
        ("customer", "orders", False, False),
        ("customers", "orders", True, False),
        ("code_type_client", "", False, False),
        ("product_id", "", False, False),
        ("parent_id", "categories", False, False),
        ("email", "users", True, False),
    ],
)
def test_keys_to_people(lexicon: Lexicon, name: str, table: str, is_int: bool, found: bool) -> None:
    reader = NameReader(lexicon)
    near = ContextReader(reader).read(table, ())
    verdict = personal_number(reader.read(name), near, lexicon, is_int=is_int)
    assert (verdict is not None and verdict.pii_class == "person_id") is found


def test_the_client_of_oauth_is_a_program(lexicon: Lexicon) -> None:
    reader = NameReader(lexicon)
    verdict = personal_number(
        reader.read("client_id"), ContextReader(reader).read("oauth_tokens", ()), lexicon, is_int=False
    )
    assert verdict is not None
    assert verdict.evidence == ("the client is a registered program",)
