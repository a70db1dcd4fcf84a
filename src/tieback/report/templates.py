"""Templates of HTML reports: one set for the process, compiled once for all processes of a user."""

import marshal
from collections.abc import MutableMapping
from functools import cache
from importlib.util import MAGIC_NUMBER
from typing import Any

import jinja2

from tieback import __version__
from tieback.model.safe_text import isolate
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean
from tieback.rulefiles import load_or_build

LONGEST = 600
"""Limit on the characters of one untrusted text."""


@cache
def report_templates() -> jinja2.Environment:
    """Templates below this folder. All texts in a report are untrusted: they are escaped and cleaned."""
    environment = jinja2.Environment(
        loader=_Compiled("tieback.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cut"] = cut
    return environment


def _finalize(value: object) -> object:
    """Clean every text that is not markup; only our own macros produce markup."""
    return isolate(clean(value, LONGEST)) if isinstance(value, str) and not hasattr(value, "__html__") else value


class _Compiled(jinja2.PackageLoader):
    """To compile the page takes 0.2 s of CPU, as long as a JSON report of a small workspace."""

    def load(
        self,
        environment: jinja2.Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> jinja2.Template:
        text, file, is_current = self.get_source(environment, name)
        # Jinja computes constants, with filters and `finalize`, when it compiles: so the result is of one release.
        versions = f"{__version__}\0{jinja2.__version__}\0{file}\0"
        code = load_or_build(
            "template",
            MAGIC_NUMBER + versions.encode() + text.encode(),
            lambda: marshal.dumps(environment.compile(text, name, file)),
        )
        # Only this user can write to the cache: see rulefiles.
        compiled = marshal.loads(code)  # noqa: S302
        loaded: jinja2.Template = environment.template_class.from_code(environment, compiled, globals or {}, is_current)
        return loaded
