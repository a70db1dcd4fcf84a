"""Second factors: time-based codes (RFC 6238: SHA-1, 6 digits, 30 seconds, as authenticator apps expect)."""

import pyotp

ISSUER = "tieback"
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Steps before and after the current one whose code is right, for clocks that differ."""


def new_totp_secret() -> str:
    """A secret of 160 random bits in base 32."""
    return pyotp.random_base32()


def step_of_code(secret: str, code: str, now: float) -> int | None:
    """The time step of a right code; None if it is wrong. The caller refuses a step that was used before."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now) // STEP_SECONDS
    found = None
    for step in range(max(0, current - DRIFT_STEPS), current + DRIFT_STEPS + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            found = step
    return found


def setup_uri(secret: str, name: str, server: str) -> str:
    """The ``otpauth:`` address that authenticator apps read, for a user of this server (a host name)."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=f"{name}@{server}", issuer_name=ISSUER)
