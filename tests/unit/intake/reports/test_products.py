"""Each service of the table has a probe of ours or a name that apps give it, and no word means two."""

from collections import Counter
from importlib import resources

import msgspec
import pytest

from tests.each import each
from tieback.intake.reports.products import Products


@each(
    ("words", "service"),
    [
        (("MongoDB",), "mongodb"),
        (("http", "Elastic"), "elasticsearch"),
        ((" open-redis ",), "redis"),
        (("Ollama",), "ollama"),
        (("vLLM",), "openai_compatible"),
        (("Open WebUI",), "open_webui"),
        (("nginx", ""), ""),
    ],
)
def test_product_words_map_to_services(words: tuple[str, ...], service: str) -> None:
    assert Products().service(*words) == service


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Redis key-value store", "redis"),
        ("exposed mongodb server", "mongodb"),
        ("ollama-llm-panel", "ollama"),
        ("mongoose", ""),
    ],
)
def test_words_within_a_text(text: str, service: str) -> None:
    assert Products().within(text) == service


def test_no_word_means_two_services() -> None:
    raw = resources.files("tieback.intake.reports").joinpath("products.toml").read_bytes()
    words = Counter(word for product in msgspec.toml.decode(raw)["product"] for word in product["words"])
    assert [word for word, count in words.items() if count > 1 or word != word.lower()] == []
