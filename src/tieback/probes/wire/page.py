"""Title of an HTML page: the place where many products with a web page name themselves."""

import re

from tieback.probes.wire.http import Response

_TITLE = re.compile(rb"(?i)<title(?: [^<>]{0,200})?>([^<]{1,200})</title>")


def page_title(answer: Response) -> str:
    """Title of an HTML page, without line breaks; empty if the answer is no page with one."""
    if "html" not in answer.headers.get("content-type", "html").lower():
        return ""
    found = _TITLE.search(answer.body)
    return " ".join(found[1].decode("utf-8", "replace").split()) if found is not None else ""
