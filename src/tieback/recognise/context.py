"""Context of a match in a report: a few characters, with credentials masked and only printable characters."""

import re

WIDTH = 160
"""Most characters of a context."""
_LEFT = 40
"""Number of those that are before the match."""
REACH = 600
"""Number of characters on each side that masking reads, so that it recognises a credential by its surroundings."""

_SECRETS = (
    # A password can contain spaces, quotes and at signs: up to the last @ of the line. "host:8080/" is a port.
    re.compile(r"://([^\s/@:?#]{0,128}:(?!\d{1,5}(?:[/?#,;\s\"'<>)]|$))[^\n]{1,512})@"),
    re.compile(r"://([^\s/@:?#\"'<>]{1,256})@"),
    re.compile(r"thin:([^/\s@]{1,64}/[^\n]{1,256})@", re.IGNORECASE),
    re.compile(
        r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|authorization|sig(?:nature)?|certificate"
        r"|(?:api|access|secret|master|account|admin|client|private|search|server|shared|write)[_-]?key)"
        r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?([^\s\"'&;,<>]{1,256})",
        re.IGNORECASE,
    ),
)
_LETTERS = re.compile(r"hf_[A-Za-z]{34}")
_RUN = re.compile(r"(?<![A-Za-z0-9+/=_-])(?!//)[A-Za-z0-9+=_-]{20,}(?!\.[a-z])|(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40,}")
"""A possible key or token, or a part of one."""
_DIGITS = re.compile(r"\d")
_CUT_USERINFO = re.compile(r"[^\s\"'<>]{1,600}@")
_STARS = re.compile(r"\*{4,}")
_LINE_END = re.compile(r"[\x00\r\n]")


def match_context(left: str, right: str, *, cut: bool = False) -> str:
    """Create the context of a match.

    Args:
        left: text before the match, from the beginning of its string or line.
        right: the match and the text after it.
        cut: True if ``left`` begins in the middle of a string, where a credential can be without its scheme.

    Returns:
        At most ``WIDTH`` printable characters of one line.
    """
    lines = _LINE_END.split(left)
    left = lines[-1][-REACH:]
    right = _LINE_END.split(right, maxsplit=1)[0][:REACH]
    text = mask_credentials(left + right, cut=cut and len(lines) == 1)
    begin = max(0, len(left) - _LEFT)
    shown = _STARS.sub("***", text[begin : begin + WIDTH])
    return "".join(char if char.isprintable() else "\N{MIDDLE DOT}" for char in shown)


def mask_credentials(text: str, *, cut: bool = False) -> str:
    """The text with stars in place of possible credentials; the length does not change."""
    if cut:
        text = _CUT_USERINFO.sub(lambda found: "*" * (len(found[0]) - 1) + "@", text, count=1) if "@" in text else text
    for pattern in _SECRETS:
        text = pattern.sub(_stars, text)
    # Keys that have only letters are recognised by their prefix.
    text = _LETTERS.sub(lambda found: "*" * len(found[0]), text) if "hf_" in text else text
    return _RUN.sub(_starred_run, text)


def _starred_run(found: re.Match[str]) -> str:
    """Stars for a run that mixes digits and letters as keys do; class names and paths are not changed."""
    run = found[0]
    digits = len(_DIGITS.findall(run))
    if digits < 3 or digits == len(run) or run.count("/") * 8 > len(run):
        return run
    if run.lower() == run and (len(run) < 32 or run.count("-") > 3):
        return run
    return "*" * len(run)


def _stars(found: re.Match[str]) -> str:
    begin, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:begin] + "*" * (end - begin) + found[0][end:]
