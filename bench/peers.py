"""One tool on some app packages, in a process of its own: ``python -m bench.peers TOOL FILE...`` prints a count.

Only the imports of the tool itself are loaded, so that the time of the process is that of the tool.
"""

import sys


def tieback(files: list[str]) -> int:
    """Distinct endpoints; the whole static analysis, with identity, signer, hash and data flow."""
    from pathlib import Path

    from tieback.engine.memory import collect_rarely

    collect_rarely()  # as in workers
    from tieback.model.errors import TiebackError
    from tieback.pipeline.analyse import Analyser

    analyser = Analyser()
    found = 0
    for file in files:
        try:
            found += len(analyser.document(Path(file)).sightings)
        except TiebackError:
            continue
    return found


def androguard(files: list[str]) -> int:
    """Identity, and the strings of DEX files."""
    import logging

    from androguard.core.apk import APK
    from androguard.core.dex import DEX
    from loguru import logger

    logging.disable(logging.CRITICAL)
    logger.remove()
    count = 0
    for file in files:
        try:
            apk = APK(file)
        except Exception:  # noqa: BLE001 - CertChain.apk is no app
            continue
        for dex in apk.get_all_dex():
            count += len(DEX(dex).get_strings())
    return count


def apkutils(files: list[str]) -> int:
    """The strings of DEX files."""
    from apkutils import APK

    count = 0
    for file in files:
        try:
            with APK.from_file(file) as apk:
                count += len(apk.get_dex_strings())
        except Exception:  # noqa: BLE001 - as above
            continue
    return count


def lief(files: list[str]) -> int:
    """The strings of DEX files; lief reads each DEX file separately."""
    import tempfile
    import zipfile
    from pathlib import Path

    from lief import DEX

    count = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "classes.dex"
        for file in files:
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    if name.startswith("classes") and name.endswith(".dex"):
                        place.write_bytes(archive.read(name))
                        read = DEX.parse(str(place))
                        count += len(read.strings) if read else 0
    return count


def dexllm(files: list[str]) -> int:
    """The strings of DEX files that are used as values."""
    from dexllm import DexKit

    count = 0
    for file in files:
        try:
            count += len(DexKit(file).list_value_strings())
        except Exception:  # noqa: BLE001 - as above
            continue
    return count


def dexllm_iocs(files: list[str]) -> int:
    """The URLs, addresses, domains and e-mail addresses in those strings, with the methods that use them."""
    from dexllm import DexKit, extract_iocs

    count = 0
    for file in files:
        try:
            count += sum(map(len, extract_iocs(DexKit(file)).values()))
        except RuntimeError:  # as above
            continue
    return count


PEERS = {
    "androguard": "androguard, APK() and DEX strings",
    "lief": "LIEF, DEX strings",
    "apkutils": "apkutils, DEX strings",
    "dexllm": "dexllm, DEX value strings",
    "dexllm_iocs": "dexllm, extract_iocs",
}
"""What each tool does, for the table."""

if __name__ == "__main__":
    tools = (tieback, androguard, apkutils, lief, dexllm, dexllm_iocs)
    print({tool.__name__: tool for tool in tools}[sys.argv[1]](sys.argv[2:]))
