"""How the server was started."""

from pathlib import Path

import msgspec

DEFAULT_PORT = 8484


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``tieback serve``."""

    workspace: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str = ""
    """The address that browsers use, if a proxy is in front; without a path."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies whose ``X-Forwarded-`` headers count."""
    sign_in: Path | None = None
    """File with the settings of a sign-in provider."""
    grants: Path | None = None
    """Folder with grants, besides the one in the workspace. Nothing is ever written to it."""

    max_upload: int = 2 << 30
    """Bytes of an uploaded file."""

    @property
    def own_url(self) -> str:
        """The address to open in a browser."""
        if self.public_url:
            return self.public_url
        name = "localhost" if self.host in {"127.0.0.1", "::1"} else self.host
        return f"http://[{name}]:{self.port}" if ":" in name else f"http://{name}:{self.port}"

    @property
    def secure(self) -> bool:
        """True if browsers reach the pages over TLS."""
        return self.public_url.startswith("https://")
