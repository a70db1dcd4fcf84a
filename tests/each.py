"""Thousands of small cases as one test: ``each`` instead of ``pytest.mark.parametrize``.

Each test costs 5 ms beside its own work: to collect it in every worker, to set it up, to report it. The cases of
``each`` cost nothing, and a failure names every case that failed. They share the fixtures of the test.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

MAX_NAME = 100
MAX_SHOWN = 20
"""Failed cases that are shown in full."""


def each[**P](
    names: str | Sequence[str],
    cases: Iterable[Any],
    *,
    ids: Callable[[Any], object] | Sequence[object] | None = None,
) -> Callable[[Callable[P, None]], Callable[..., None]]:
    """Run a test once for each case. Arguments as those of ``pytest.mark.parametrize``."""
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    values = [tuple(case) if len(keys) > 1 else (case,) for case in cases]
    assert values, "no cases"

    def decorate(test: Callable[P, None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def every(**fixtures: Any) -> None:
            failed = []
            for at, case in enumerate(values):
                try:
                    test(**dict(zip(keys, case, strict=True)), **fixtures)  # type: ignore[call-arg]
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - every case has its turn
                    failed.append(f"[{_name(at, case, ids)}] {type(error).__name__}: {error}")
            more = [f"and {len(failed) - MAX_SHOWN} more"] if len(failed) > MAX_SHOWN else []
            assert not failed, f"{len(failed)} of {len(values)} cases failed\n" + "\n".join(failed[:MAX_SHOWN] + more)

        left = [parameter for name, parameter in signature.parameters.items() if name not in keys]
        every.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return every

    return decorate


def _name(at: int, case: tuple[Any, ...], ids: Callable[[Any], object] | Sequence[object] | None) -> str:
    if ids is not None and not callable(ids):
        return str(ids[at])
    return "-".join(str(ids(value) if ids is not None else ascii(value)[:MAX_NAME]) for value in case)
