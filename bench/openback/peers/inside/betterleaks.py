"""Files of a folder that Betterleaks reports. A question is the path of the folder."""

from bench.openback.peers.inside.serve import serve


def main() -> None:
    """Answer until the input ends."""
    from pybetterleaks import scan_dir  # type: ignore[import-not-found]

    def answer(path: str) -> list[str]:
        return [str(one.file) for one in scan_dir(path, validation=False).findings]

    serve(answer)


if __name__ == "__main__":
    main()
