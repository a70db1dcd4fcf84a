"""Rules of users in captures: they add leaks, and take none away."""

import pytest

from tests.unit.leaks.test_detect import REQUEST, flow
from tests.unit.userrules.test_parse import CREDENTIAL, WORDS
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.model.flow import CleartextSample, Leak
from tieback.userrules.model import CredentialFormRule, FieldWordsRule, UserRules
from tieback.userrules.parse import FileRule, parse_rules

KEY = "acme_q8w3e5r7t2y9u1i4o6p0a8s3d5f7g2h9"


def judge(text: str, sample: CleartextSample) -> tuple[Leak, ...]:
    found = [one.rule for one in parse_rules(text.encode(), "a.toml") if isinstance(one, FileRule)]
    rules = UserRules(
        files=(),
        sha256="",
        places={},
        credentials=tuple(one for one in found if isinstance(one, CredentialFormRule)),
        personal_data=tuple(one for one in found if isinstance(one, FieldWordsRule)),
    )
    return LeakDetector(rules)(SampledFlow(flow(), (sample,))).leaks


def request(body: str) -> CleartextSample:
    head = "POST /v1 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
    return CleartextSample("out", "http", f"{head}{body}".encode())


def test_a_credential_in_the_form_of_a_rule_is_a_leak() -> None:
    [leak] = judge(CREDENTIAL, request(f'{{"blob":"x {KEY} y"}}'))
    assert leak.where == "credential:acme_key"
    assert KEY[8:20] not in leak.masked


def test_a_field_with_a_word_of_a_rule_is_a_leak() -> None:
    text = WORDS.replace('["kdnr"]', '["zqpref"]')
    assert [(leak.pii_class, leak.where) for leak in judge(text, request('{"zqpref":"K-2201-77"}'))] == [
        ("person_id", "json:$.zqpref")
    ]
    assert judge("", request('{"zqpref":"K-2201-77"}')) == ()


@pytest.mark.parametrize("text", [WORDS, CREDENTIAL, CREDENTIAL + 'grade = "public"\n'])
def test_rules_take_no_leak_away(text: str) -> None:
    assert set(judge("", REQUEST)) <= set(judge(text, REQUEST))


def test_a_rule_of_grade_public_does_not_hide_a_known_credential() -> None:
    secret = "sk_live_" + "q8w3e5r7t2y9u1i4o6p0a8s3"
    text = CREDENTIAL.replace("acme_(?P<secret>[a-z0-9]{32})", "(?P<secret>sk_live_[a-z0-9]{24})")
    text = text.replace('"acme_"', '"sk_live_"') + 'grade = "public"\n'
    sample = request(f'{{"blob":"x {secret} y"}}')
    assert judge("", sample)
    assert judge(text, sample) == judge("", sample)
