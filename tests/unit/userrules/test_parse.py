"""Rule files: what is accepted, and the place and reason of what is not."""

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.userrules.expressions import ExpressionError, compile_expression
from tieback.userrules.model import CredentialFormRule, FieldWordsRule, IdentifierRule, RansomNameRule, SdkHostRule
from tieback.userrules.parse import MAX_FILE_BYTES, MAX_LINE, FileRule, RuleMistake, parse_rules

IDENTIFIER = r"""
[[identifier]]
id = "acme-store"
product = "ACME Store"
source = "https://docs.acme.test/store"
suffixes = ["store.acme.test"]
host = '(?P<tenant>[a-z0-9-]{1,63})\.store\.acme\.test'
value = "{tenant}"
accept = [["https://shop.store.acme.test/v1", "acme-store:shop"]]
reject = ["https://store.acme.test/"]
"""
CREDENTIAL = """
[[credential]]
id = "acme_key"
names = "ACME key"
source = "https://docs.acme.test/keys"
anchors = ["acme_"]
pattern = 'acme_(?P<secret>[a-z0-9]{32})'
accept = ["acme_q8w3e5r7t2y9u1i4o6p0a8s3d5f7g2h9"]
reject = ["acme_key"]
"""
SDK = """
[[sdk_host]]
id = "acme-ads"
name = "ACME Ads"
source = "https://docs.acme.test/ads"
suffixes = ["ads.acme.test"]
accept = ["eu.ads.acme.test"]
reject = ["acme.test"]
"""
WORDS = """
[[personal_data]]
id = "acme-words"
class = "person_id"
words = ["kdnr"]
source = "our schema"
accept = ["kdnr"]
reject = ["nr"]
"""
RANSOM = """
[[ransom]]
id = "acme-notes"
names = ["zz_pay_us"]
source = "our incident of 2026"
accept = ["zz_pay_us"]
reject = ["payments"]
"""
ALL = IDENTIFIER + CREDENTIAL + SDK + WORDS + RANSOM


def mistakes(text: str) -> list[RuleMistake]:
    return [one for one in parse_rules(text.encode(), "a.toml") if isinstance(one, RuleMistake)]


def test_every_kind_of_rule_is_read_with_its_line() -> None:
    found = [one for one in parse_rules(ALL.encode(), "a.toml") if isinstance(one, FileRule)]
    kinds = [IdentifierRule, CredentialFormRule, SdkHostRule, FieldWordsRule, RansomNameRule]
    assert [type(one.rule) for one in found] == kinds
    lines = ALL.split("\n")
    assert [lines[one.line - 1] for one in found] == [f"[[{one.table}]]" for one in found]


@each(
    ("text", "line", "what"),
    [
        ("x = 1", 1, "unknown table `x`"),
        ("[identifiers]\n", 1, "did you mean `identifier`?"),
        ("[ransom]\nid = 'a'", 1, "write [[ransom]] with two brackets"),
        ("ransom = [1]", 1, "write [[ransom]] with two brackets"),
        ("a = \n", 1, "is not TOML"),
        (RANSOM.replace("names", "name"), 4, "unknown key `name` (did you mean `names`?)"),
        (RANSOM.replace('source = "our incident of 2026"', ""), 2, "the key `source` is missing"),
        (RANSOM.replace('accept = ["zz_pay_us"]', "accept = []"), 6, "`accept`: must not be empty"),
        (RANSOM.replace('"acme-notes"', '"ACME"'), 3, "`id`: must have the form"),
        (RANSOM.replace('names = ["zz_pay_us"]', ""), 2, "needs `names` or `pattern`"),
        (WORDS.replace('"person_id"', "7"), 4, "`class`: expected `str`, got `int`"),
        (SDK.replace('"ads.acme.test"', '"com"'), 6, "`suffixes[0]`: must have the form"),
        (CREDENTIAL.replace("secret", "key"), 7, "needs the group (?P<secret>…)"),
        (CREDENTIAL.replace("acme_(", "(?<!x)acme_("), 7, "cannot be matched in linear time"),
        (CREDENTIAL.replace("{32}", r"{32}\1"), 7, r"'\\1', which RE2 does not support"),
        (CREDENTIAL.replace("{32}", "{5000}"), 7, "repetition of more than 1,000"),
        (CREDENTIAL.replace('["acme_"]', '["a"]'), 6, "`anchors[0]`: must have the form"),
        (CREDENTIAL + "grade = 'harmless'", 10, "`grade`: invalid enum value 'harmless'"),
        (IDENTIFIER.replace('"{tenant}"', '"{name}"'), 8, "the groups of the pattern are tenant"),
        (IDENTIFIER.replace('"{tenant}"', '"{tenant.__class__}"'), 8, "the groups of the pattern are tenant"),
        (IDENTIFIER.replace('"{tenant}"', '"tenant"'), 8, "must name a group"),
        (IDENTIFIER.replace('"{tenant}"', '"{tenant"'), 8, "brace without its pair"),
        (IDENTIFIER.replace("'(?P", "'x*|(?P"), 7, "matches an empty text"),
        (IDENTIFIER.replace('suffixes = ["store.acme.test"]', 'anchors = ["acme_"]'), 2, "needs either"),
        (IDENTIFIER.replace('"acme-store:shop"', '"s3:shop"'), 9, "must begin with `acme-store:`"),
    ],
)
def test_a_mistake_has_its_line_and_what_is_allowed(text: str, line: int, what: str) -> None:
    found = mistakes(text)
    assert len(found) == 1
    assert found[0].line == line
    assert what in found[0].what


@each(
    "data",
    [
        b"\xff",
        b"#" * (MAX_FILE_BYTES + 1),
        b"# " + b"x" * MAX_LINE,
        b"a" + b".a" * 3000 + b" = 1",
        b"x = " + b"[" * 2000,
        b"x = 99999999-99-99",
    ],
    ids=["not UTF-8", "long", "long line", "dotted key", "nesting", "date"],
)
def test_a_hostile_file_is_one_mistake(data: bytes) -> None:
    found = list(parse_rules(data, "a.toml"))
    assert len(found) == 1
    assert isinstance(found[0], RuleMistake)


def test_a_mistake_does_not_hide_the_other_rules() -> None:
    found = list(parse_rules((ALL + RANSOM.replace("weak", "x").replace("names", "nams")).encode(), "a.toml"))
    assert [type(one) for one in found] == [FileRule] * 5 + [RuleMistake]


def test_patterns_that_backtrack_are_matched_in_linear_time() -> None:
    assert_linear(lambda size: "a" * size, compile_expression("(a+)+b").fullmatch, 100_000)


def test_a_pattern_that_grows_when_its_repetitions_are_written_out_is_refused() -> None:
    with pytest.raises(ExpressionError):
        compile_expression(r"(?:[\pL\pN]{1,900}x){1,1}" * 18)
