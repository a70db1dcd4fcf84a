"""Limits of a probe for tests whose server answers, however busy the machine is."""

import pytest

from tieback.model.grant import Limits
from tieback.pipeline.probing import service
from tieback.probes import interface

PATIENT = Limits(connect_seconds=20.0, idle_seconds=30.0, total_seconds=90.0, connects_per_second=0.0)
"""As long as a test may take. Tests of servers that do not answer have limits of their own."""

PATIENT_TOML = (
    f"[limits]\nconnect_seconds = {PATIENT.connect_seconds}\nidle_seconds = {PATIENT.idle_seconds}\n"
    f"total_seconds = {PATIENT.total_seconds}\nconnects_per_second = 0\n"
)
"""``PATIENT``, as the end of a grant file."""


def wait_long_for_a_greeting(patch: pytest.MonkeyPatch) -> None:
    """Let a server that speaks first be late on an odd port, too: there the grant's limits do not count.

    Only for such a server. With a silent one, each guess of a protocol would last that long.
    """
    patch.setattr(interface, "FIRST_ANSWER_SECONDS", PATIENT.idle_seconds)
    patch.setattr(service, "FIRST_ANSWER_SECONDS", PATIENT.idle_seconds)
    patch.setattr(service, "OPENING_SECONDS", PATIENT.total_seconds)
