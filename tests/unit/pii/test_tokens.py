from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.pii.tokens import MAX_NAME, expand_ascii, fold, segment, split, to_singular, without_connectors


@each(
    ("name", "words"),
    [
        ("first_name", ["first", "name"]),
        ("firstName", ["first", "name"]),
        ("FirstName", ["first", "name"]),
        ("FIRST_NAME", ["first", "name"]),
        ("first-name", ["first", "name"]),
        ("first name", ["first", "name"]),
        ("addr.line2", ["addr", "line"]),
        ("phone_1", ["phone"]),
        ("customerIDs", ["customer", "ids"]),
        ("userID", ["user", "id"]),
        ("HTTPHeader", ["http", "header"]),
        ("srcIPv4Addr", ["src", "ipv", "addr"]),
        ("Straße", ["strasse"]),
        ("contraseña", ["contrasena"]),
        ("hasło", ["haslo"]),
        ("Doğum_Tarihi", ["dogum", "tarihi"]),
        ("kullan\u0131c\u0131", ["kullanici"]),
        ("出生日期", ["出生日期"]),
        ("\u0434\u0430\u0442\u0430", ["\u0434\u0430\u0442\u0430"]),
        ("\uff4d\uff41\uff49\uff4c", ["mail"]),
        ("", []),
        ("42", []),
        ("__", []),
    ],
)
def test_names_are_split_into_words(name: str, words: list[str]) -> None:
    assert split(name) == words


@each(
    ("word", "singular"),
    [
        ("addresses", "address"),
        ("address", "address"),
        ("allergies", "allergy"),
        ("emails", "email"),
        ("status", "status"),
        ("diagnosis", "diagnosis"),
        ("gps", "gps"),
        ("sms", "sms"),
        ("ids", "id"),
        ("boxes", "box"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_words_are_made_singular(word: str, singular: str) -> None:
    assert to_singular(word) == singular


VOCABULARY = frozenset({"first", "name", "kv", "pin", "fecha", "nac", "date", "birth", "of", "出生", "日期", "手机"})


@each(
    ("word", "pieces"),
    [
        ("firstname", ["first", "name"]),
        ("kvpin", ["kv", "pin"]),
        ("fechanac", ["fecha", "nac"]),
        ("dateofbirth", ["date", "of", "birth"]),
        ("firstnames", None),
        ("tournament", None),
        ("出生日期", ["出生", "日期"]),
        ("旧手机", ["旧", "手机"]),
        ("name" * 20, None),
        ("name" * 6, None),
    ],
)
def test_glued_words_are_segmented(word: str, pieces: list[str] | None) -> None:
    assert segment(word, VOCABULARY, 6) == pieces


def test_connectors_are_left_out_unless_nothing_else_is_there() -> None:
    assert without_connectors(["fecha", "de", "nacimiento"]) == ("fecha", "nacimiento")
    assert without_connectors(["de"]) == ("de",)
    assert expand_ascii("Geschäftsführer, bår, ø") == "Geschaeftsfuehrer, baar, oe"


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=400))
def test_any_text_becomes_lower_words(name: str) -> None:
    words = split(name)
    assert all(words)
    assert all(word == word.lower() for word in words)
    assert sum(map(len, words)) <= 12 * MAX_NAME
    assert fold(fold(name)) == fold(name) or not name.isascii()


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet="abcdefinost出生日", min_size=1, max_size=60))
def test_pieces_make_the_word_again(word: str) -> None:
    pieces = segment(word, VOCABULARY | {"a", "in", "not"}, 6)
    assert pieces is None or "".join(pieces) == word
