import hashlib
import pickle
from pathlib import Path

import pytest

from tieback.pii.lexicon import Lexicon, compile_lexicon, kept, lexicon_files
from tieback.pii.lexicon.kept import load_lexicon


@pytest.fixture(scope="module")
def compiled() -> Lexicon:
    return compile_lexicon(content for _, content in lexicon_files())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIEBACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_compiled_once_is_read_again_and_says_the_same(
    compiled: Lexicon, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_lexicon() == compiled
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(kept, "compile_lexicon", None)
    assert load_lexicon() == compiled


@pytest.mark.parametrize(
    "other",
    [
        b"no pickle",
        pickle.dumps(["of another shape"]),
        pickle.dumps(Path),
        pickle.dumps(Lexicon)[:-1],
        b"cos\nsystem\n(S'touch owned'\ntR.",
    ],
    ids=["noise", "list", "class", "torn", "call"],
)
def test_a_copy_of_another_kind_is_made_anew_and_runs_nothing(compiled: Lexicon, cache: Path, other: bytes) -> None:
    load_lexicon()
    (copy,) = cache.iterdir()
    copy.write_bytes(hashlib.sha256(other).digest() + other)
    assert load_lexicon() == compiled
    assert not copy.exists()
