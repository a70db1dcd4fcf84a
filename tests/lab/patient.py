"""Limits of a probe for tests whose server answers, however busy the machine is."""

from tieback.model.grant import Limits

PATIENT = Limits(connect_seconds=20.0, idle_seconds=30.0, total_seconds=90.0, connects_per_second=0.0)
"""As long as a test may take. Tests of servers that do not answer have limits of their own."""

PATIENT_TOML = (
    f"[limits]\nconnect_seconds = {PATIENT.connect_seconds}\nidle_seconds = {PATIENT.idle_seconds}\n"
    f"total_seconds = {PATIENT.total_seconds}\nconnects_per_second = 0\n"
)
"""``PATIENT``, as the end of a grant file."""
