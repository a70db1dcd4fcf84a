import pytest

from tieback.pii.lexicon import Noun
from tieback.pii.lexicon.cache import load_lexicon
from tieback.pii.reading import NameReader
from tieback.pii.table_context import MAX_SIBLINGS, ContextReader


@pytest.fixture(scope="module")
def outlook() -> ContextReader:
    return ContextReader(NameReader(load_lexicon()))


@pytest.mark.parametrize(
    ("table", "noun"),
    [
        ("customers", Noun.PERSON),
        ("tbl_patient_info", Noun.PERSON),
        ("customer_groups", Noun.THING),
        ("user_types", Noun.THING),
        ("ref_users", Noun.THING),
        ("shipping_addresses", Noun.PERSON),
        ("airports", Noun.THING),
        ("pitomtsy", Noun.THING),
        ("t_47", None),
        ("", None),
    ],
)
def test_subject_of_a_table_name(outlook: ContextReader, table: str, noun: Noun | None) -> None:
    near = outlook.read(table, ())
    assert near.noun is noun
    assert bool(near.evidence) == bool(noun)


@pytest.mark.parametrize(
    ("siblings", "noun"),
    [
        (("email", "birth_date"), Noun.PERSON),
        (("email", "phone", "sku"), Noun.PERSON),
        (("city", "zip_code"), None),
        (("username", "street"), None),
        (("sku", "price"), None),
    ],
)
def test_siblings_speak_where_the_table_is_silent(
    outlook: ContextReader, siblings: tuple[str, ...], noun: Noun | None
) -> None:
    assert outlook.read("t_47", siblings).noun is noun
    assert outlook.read("airports", siblings).noun is Noun.THING


def test_a_language_is_that_of_most_siblings(outlook: ContextReader) -> None:
    assert "de" in outlook.read("t", ("vorname", "nachname", "strasse", "calle")).languages
    assert "es" not in outlook.read("t", ("vorname", "nachname", "strasse", "calle")).languages


def test_common_prefix_of_siblings_is_read_as_the_table(outlook: ContextReader) -> None:
    contacts = ("cp_id", "cp_givenname", "cp_email", "cp_mobile", "cp_fax")
    assert outlook.read("contacts", contacts).affixes == {"cp"}
    assert outlook.read("contacts", ("first_name", "first_login", "first_order", "first_seen")).affixes == set()
    assert outlook.read("users", ("user_id", "user_name", "user_email", "user_phone", "user_pass")).affixes == set()


def test_siblings_of_things_only_are_known(outlook: ContextReader) -> None:
    assert outlook.read("t", ("sku", "price")).elsewhere
    assert not outlook.read("t", ("email",)).elsewhere
    assert not outlook.read("t", ()).elsewhere


def test_messages_are_recognised_by_the_table(outlook: ContextReader) -> None:
    assert outlook.read("sms_outbox", ()).messages
    assert not outlook.read("orders", ()).messages


def test_only_so_many_siblings_are_looked_at(outlook: ContextReader) -> None:
    many = (*(f"c{at}" for at in range(MAX_SIBLINGS)), "email", "phone")
    assert outlook.read("t", many).noun is None
