"""Texts in an app, as a library gives them: ``strings.py TOOL``. A question is the path of a package or DEX file."""

import logging
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers.inside.serve import serve

MAX_TEXTS = 1_000_000
MAX_TEXT = 8192


def androguard(path: str) -> Iterator[str]:
    """The texts of DEX files, and of the resource table for every locale."""
    from androguard.core.apk import APK
    from androguard.core.dex import DEX
    from loguru import logger

    logging.disable(logging.CRITICAL)
    logger.remove()
    if path.endswith(".dex"):
        yield from DEX(Path(path).read_bytes()).get_strings()
        return
    app = APK(path)
    for code in app.get_all_dex():
        yield from DEX(code).get_strings()
    table = app.get_android_resources()
    for package in table.get_packages_names() if table else ():
        for locale in table.get_resolved_strings().get(package, {}).values():
            yield from locale.values()


def apkutils(path: str) -> Iterator[str]:
    """The texts of DEX files."""
    from apkutils import APK

    with APK.from_file(path) as app:
        for text in app.get_dex_strings():
            yield text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def lief(path: str) -> Iterator[str]:
    """The texts of DEX files, each of which lief reads as a file."""
    from lief import DEX

    if path.endswith(".dex"):
        yield from _texts(DEX.parse(path))
        return
    with TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        place = Path(folder) / "classes.dex"
        for name in archive.namelist():
            if name.startswith("classes") and name.endswith(".dex"):
                place.write_bytes(archive.read(name))
                yield from _texts(DEX.parse(str(place)))


def _texts(read: object) -> Iterable[str]:
    if read is None:
        return
    for text in read.strings:  # type: ignore[attr-defined]
        yield text if isinstance(text, str) else bytes(text).decode("utf-8", "replace")


def dexllm(path: str) -> Iterator[str]:
    """The texts that code or constants use as values."""
    from dexllm import DexKit

    for text in DexKit(path).list_value_strings():
        yield text if isinstance(text, str) else text["value"]


def dexllm_iocs(path: str) -> Iterator[str]:
    """The tool's own indicators: each as ``KIND VALUE``."""
    from dexllm import DexKit, extract_iocs

    for kind, every in extract_iocs(DexKit(path), with_xref=False).items():
        for one in every:
            yield f"{kind} {one['value']}"


TOOLS = {tool.__name__: tool for tool in (androguard, apkutils, lief, dexllm, dexllm_iocs)}


def main() -> None:
    """Answer with the texts that can name a place: those with a dot or a colon."""
    tool = TOOLS[sys.argv[1]]

    def answer(path: str) -> list[str]:
        texts: dict[str, None] = {}
        for text in tool(path):
            if "." in text or ":" in text:
                texts[text[:MAX_TEXT]] = None
            if len(texts) > MAX_TEXTS:
                break
        return list(texts)

    serve(answer)


if __name__ == "__main__":
    main()
