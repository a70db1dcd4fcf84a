"""Forms of issued keys against a table that is independent of the rules, and words that only look like keys."""

import random
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.secrets_made import filled_form
from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.anchors import parse
from tieback.recognise.credentials import entropy, is_worded, least_entropy
from tieback.recognise.endpoints.verdict import fingerprint
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.patterns import IssuedToken
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
EXTRACTOR = EndpointExtractor(RULES)
TOKENS = RULES.credentials.tokens
UNCONFIRMED = {
    "stripe_webhook_secret", "turso_token", "neon_key", "notion_internal_token", "launchdarkly_mobile_key",
    "onesignal_organisation_key", "revenuecat_apple_key",
}  # fmt: skip
"""Kinds of credentials_tokens.toml whose form neither documentation nor a public rule confirms."""
WORDS = [
    "arrow", "select", "placeholder", "circle", "dropright", "closed", "locked", "open", "content", "calendar",
    "toolbar", "trigger",
]  # fmt: skip


class Form(NamedTuple):
    """A line of the table."""

    kind: str
    form: str
    checked: str


def forms() -> list[Form]:
    lines = (Path(__file__).with_name("issued_forms.tsv")).read_text(encoding="utf-8").splitlines()
    return [Form(*line.split("\t")) for line in lines if not line.startswith("#")]


def found(text: str) -> dict[str, str]:
    """Kinds of the credentials that are reported of a text, by fingerprint."""
    artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
    kinds: dict[str, str] = {}
    for one in merge_finds(None, list(EXTRACTOR.extract(artifact)), RULES).credentials:
        kinds[one.fingerprint] = f"{kinds[one.fingerprint]} {one.kind}" if one.fingerprint in kinds else one.kind
    return kinds


@each("form", forms(), ids=lambda form: form.kind)
def test_a_key_of_the_form_that_its_issuer_uses_is_found_whole(form: Form) -> None:
    source = random.Random(form.form)
    for around in ('key = "{}"', "{}", "<string>{}</string>"):
        value, _ = filled_form(form.form, source)
        escaped = value.replace("<", "!").replace("&", "!")
        assert found(around.format(escaped)).get(fingerprint(escaped)) == form.kind


def test_each_kind_is_checked_or_said_to_be_unconfirmed() -> None:
    kinds = {token.kind for token in TOKENS}
    assert kinds - {form.kind for form in forms()} == UNCONFIRMED


def worded(form: str, source: random.Random) -> str:
    """A text of this form whose long parts are words; empty if its characters allow none."""
    text = ""
    for atom, times in parse(form):
        least, _, most = times.strip("{}?").partition(",")
        size = max(int(least or 1), min(int(most or least or 1), 40)) if times != "?" else 0
        chars = {char for char in map(chr, range(33, 127)) if re.fullmatch(atom, char)}
        if size < 8:
            text += next(iter(sorted(chars))) * size
            continue
        between = "-" if "-" in chars else "_" if "_" in chars else ""
        if not (between or "A" in chars) or not set("abcdefghijklmnopqrstuvwxyz") <= chars:
            return ""
        words = source.choices(WORDS, k=size)
        part = (between.join(words) if between else "".join(word.title() for word in words))[:size]
        text += f"{part[:-1]}n" if part.endswith(between or "\0") else part
    return text


def test_words_of_the_form_of_a_key_are_none() -> None:
    source, wrong, tried = random.Random(4), [], 0
    for token in (one for one in TOKENS if not one.anchor):  # words have no mark of a service inside
        for _ in range(20):
            text = worded(token.form, source)
            if text and re.fullmatch(token.form, text):
                tried += 1
                wrong += [text for kind in found(f'<md-icon class="{text}">').values() if kind == token.kind]
    assert tried > 400
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "md-arrow-dropright-circle",
        "md-select-placeholder-on1",
        "md-sidenav-locked-open_v2",
        "hvs.settings-of-the-second-page",
        "nfp_LastSelectedPlaceholderOfTheMainCalendar",
        "whsec_handler_secret_of_the_first_page",
        "API-ARROW-SELECT",
    ],
)
def test_names_are_words(text: str) -> None:
    assert is_worded(text)
    assert found(f'{{"icon":"{text}"}}') == {}


@pytest.mark.parametrize(
    "alphabet", ["0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"]
)
@pytest.mark.parametrize("size", [16, 20, 22, 24, 32, 40, 64])
def test_random_texts_are_no_words(alphabet: str, size: int) -> None:
    source = random.Random(size)
    assert sum(is_worded("".join(source.choices(alphabet, k=size))) for _ in range(2000)) <= 6


def least_of(token: IssuedToken) -> str:
    """The shortest text of a form, of random characters."""
    source, text = random.Random(token.kind), ""
    for atom, times in parse(token.form):
        size = 0 if times == "?" else int(times.strip("{}").partition(",")[0] or 1)
        text += "".join(source.choices([char for char in map(chr, range(33, 127)) if re.fullmatch(atom, char)], k=size))
    return text


@each("token", TOKENS, ids=lambda token: token.kind)
def test_the_shortest_text_of_a_form_is_not_too_regular(token: IssuedToken) -> None:
    rule = token.rule()
    text = least_of(token)
    assert entropy(text) >= least_entropy(rule, text) + 0.1


@each(
    ("name", "size", "share"),
    [
        ("apiKey", 20, 0.98),
        ("apiKey", 32, 0.99),
        ("apiKey", 40, 0.99),
        ("secretKey", 16, 0.97),
        ("secretKey", 32, 0.99),
    ],
)
def test_hexadecimal_values_are_found_under_their_names(name: str, size: int, share: float) -> None:
    source = random.Random(size)
    values = ["".join(source.choices("0123456789abcdef", k=size - 2)) + "a7" for _ in range(200)]
    assert sum(fingerprint(value) in found(f'{name}: "{value}"') for value in values) >= share * len(values)


def test_passwords_of_eight_characters_are_found_with_and_without_a_repeated_one() -> None:
    for password in ("ZbJ57qe5", "Kd83sPq9", "aT5xR5m5"):
        text = f'var broker = {{ userName: "sensor", password : "{password}" }};'
        assert found(text) == {fingerprint(password): "named_password"}
