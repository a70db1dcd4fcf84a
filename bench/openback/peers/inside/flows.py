"""Flows of a capture as nfstream names them. A question is the path of the capture.

The answer is a list of ``[ADDRESS, PORT, NAME, GUESSED]`` of the servers.
"""

from typing import Any

from bench.openback.peers.inside.serve import serve


def main() -> None:
    """Answer until the input ends."""
    from nfstream import NFStreamer

    def answer(path: str) -> list[list[Any]]:
        flows = NFStreamer(source=path, n_meters=1, statistical_analysis=False)
        return [[one.dst_ip, one.dst_port, one.application_name, bool(one.application_is_guessed)] for one in flows]

    serve(answer)


if __name__ == "__main__":
    main()
