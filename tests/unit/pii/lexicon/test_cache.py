import hashlib
import pickle
from pathlib import Path

import pytest

from tieback.pii.lexicon import Lexicon, compile_lexicon, lexicon_files
from tieback.pii.lexicon import cache as module
from tieback.pii.lexicon.cache import load_lexicon


@pytest.fixture(scope="module")
def compiled() -> Lexicon:
    return compile_lexicon(content for _, content in lexicon_files())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIEBACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_cached_lexicon_equals_the_compiled_one(
    compiled: Lexicon, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_lexicon() == compiled
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(module, "compile_lexicon", None)
    assert load_lexicon() == compiled


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(b"no pickle", marks=pytest.mark.more),
        pickle.dumps(["of another shape"]),
        pytest.param(pickle.dumps(Path), marks=pytest.mark.more),
        pytest.param(pickle.dumps(Lexicon)[:-1], marks=pytest.mark.more),
        b"cos\nsystem\n(S'touch owned'\ntR.",
    ],
    ids=["noise", "list", "class", "torn", "call"],
)
def test_foreign_cache_file_is_rebuilt_and_not_executed(compiled: Lexicon, cache: Path, other: bytes) -> None:
    load_lexicon()
    (copy,) = cache.iterdir()
    copy.write_bytes(hashlib.sha256(other).digest() + other)
    assert load_lexicon() == compiled
    assert not copy.exists()
