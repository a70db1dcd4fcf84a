"""Cache of the compiled lexicon in the user's cache directory.

The format is a pickle, because a pickle that shares its words takes half the memory of any other format. The unpickler
creates only the parts of a lexicon.
"""

import io
import pickle
from contextlib import suppress
from importlib import resources
from typing import Any

from tieback.pii.lexicon import Lexicon, Needs, Noun, Phrase, compile_lexicon, lexicon_files, raw_files
from tieback.rulefiles import discard, load_or_build

_PARTS = {(part.__module__, part.__qualname__): part for part in (Lexicon, Needs, Noun, Phrase)}


def load_lexicon() -> Lexicon:
    """The compiled data files of the package.

    Raises:
        ValueError: as in ``compile_lexicon``.
    """
    folder = resources.files("tieback.pii")
    # The key includes the code, because the splitting of phrases changes the result.
    code = [folder.joinpath(name).read_bytes() for name in ("tokens.py", "taxonomy.toml", "lexicon/__init__.py")]
    source = b"\0".join([*code, *(raw for _, raw in raw_files())])
    packed = load_or_build("lexicon", source, lambda: pickle.dumps(_compiled(), protocol=5))
    # On any error the lexicon is compiled from the data files.
    with suppress(pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError):
        found = _Unpickler(io.BytesIO(packed)).load()
        if isinstance(found, Lexicon):
            return found
    discard("lexicon", source)
    return _compiled()


def _compiled() -> Lexicon:
    return compile_lexicon(content for _, content in lexicon_files())


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        part = _PARTS.get((module, name))
        if part is None:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a lexicon")
        return part
