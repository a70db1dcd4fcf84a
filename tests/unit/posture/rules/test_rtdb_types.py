"""Rules that Firebase refuses because of a type, and rules that it accepts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.expression import ExpressionParser
from tieback.posture.rules.rtdb_types import refusal
from tieback.posture.rules.source import RulesText


def _refusal(rule: str, kind: str = ".read") -> str:
    return refusal(ExpressionParser(RulesText("f", rule)).expression(), kind, {"$uid"})


@each(
    ("rule", "reason"),
    [
        ("true || sky", "unknown name sky"),
        ("true || $other == 'x'", "unknown name $other"),
        ("true || newData.exists()", "unknown name newData"),
        ("true || data == null", "a side of == is not a value"),
        ("true || data.exists", "no member exists"),
        ("true || data.val().size()", "no method size"),
        ("true || data.child(1).exists()", "an argument of child has a wrong type"),
        ("true || data.child('a', 'b').exists()", "child has another number of arguments"),
        ("true || data.hasChildren([])", "hasChildren needs one list of names"),
        ("true || 1", "a side of || has a wrong type"),
        ("true || 'a' - 1 == 0", "a side of - has a wrong type"),
        ("true || data.val() > null", "a side of > has a wrong type"),
        ("true || $uid.matches(/a/g)", "Firebase does not accept this pattern"),
        ("auth == null ? 1 : true", "the branches of a condition have different types"),
        ("5", "the rule is not a boolean"),
        ("exists()", "no such function"),
        ("true || auth.uid[0:1] == 'a'", "no such value in these rules"),
    ],
)
def test_a_rule_of_a_wrong_type_is_refused(rule: str, reason: str) -> None:
    assert _refusal(rule) == reason


@each(
    "rule",
    [
        "auth.token.email.endsWith('@x.test') && auth.token['email_verified'] == true",
        "data.child($uid + '/a').val().length > 3 || root.child('a').hasChildren(['b', $uid])",
        "data.val()",
        "auth.token.admin",
        "query.orderByChild == 'a' && query.limitToFirst <= 10",
        "now - data.val() < 3600 * 1000",
        "data.parent().child('a')['exists']()",
        "-data.val() > -5 && !data.isString()",
        "auth != null ? auth.uid == $uid : false",
        "data.val() + 1 == 2 && 'a' + data.val() == 'a1'",
    ],
)
def test_a_rule_of_right_types_is_accepted(rule: str) -> None:
    assert _refusal(rule) == ""


def test_new_data_is_known_to_writers_only() -> None:
    assert _refusal("newData.exists()", ".write") == ""
    assert _refusal("query.limitToFirst == 1", ".write") == "unknown name query"


@given(st.text(alphabet="(){}[]!&|=?:.,'/$ abtrueauthdata01", max_size=80))
def test_any_rule_never_raises(rule: str) -> None:
    try:
        found = _refusal(rule)
    except InputError:
        return
    assert isinstance(found, str)
