"""Keys and region from the AWS CLI's configuration files: only static keys of one profile.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html. Credentials that need a program or a browser
(SSO, ``credential_process``) can be exported to the environment with ``aws configure export-credentials``.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path

MAX_FILE = 1 << 20
_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region", "endpoint_url")


def profile(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of the profile named in the environment, or of ``default``; empty if there is none.

    Raises:
        OSError: a file exists but cannot be read.
    """
    home = Path(environ.get("HOME", "/nonexistent"))
    name = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    config = Path(environ.get("AWS_CONFIG_FILE") or home / ".aws" / "config")
    credentials = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials")
    found: dict[str, str] = {}
    for path, section in ((config, name if name == "default" else f"profile {name}"), (credentials, name)):
        found |= _section(path, section)
    return found


def _section(path: Path, section: str) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    parser = configparser.RawConfigParser(default_section="", strict=False, delimiters=("=",))
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}
    if not parser.has_section(section):
        return {}
    return {name: parser.get(section, name) for name in _NAMES if parser.has_option(section, name)}
