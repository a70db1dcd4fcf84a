"""``tieback serve``: pages and a REST API over a workspace."""

import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.terminal import WorkspaceOption, message_console
from tieback.engine.sandbox import protected_memory
from tieback.model.errors import UsageError

WORKSPACE = Path(".tieback")


def serve(
    *,
    workspace: WorkspaceOption = WORKSPACE,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8484,
    public_url: Annotated[
        str, typer.Option("--public-url", metavar="URL", help="Address that browsers use, if a proxy is in front.")
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option("--trusted-proxy", metavar="NETWORK", help="Address or network of that proxy; repeatable."),
    ] = None,
    sign_in: Annotated[
        Path | None,
        typer.Option("--sign-in", metavar="FILE", help="Settings of an OpenID provider (TOML)."),
    ] = None,
    grants: Annotated[
        Path | None,
        typer.Option("--grants", metavar="DIR", help="Folder with more grants. The pages never write to it."),
    ] = None,
    max_upload: Annotated[
        int, typer.Option("--max-upload", metavar="MIB", min=1, max=1 << 20, help="Largest uploaded file, in MiB.")
    ] = 2048,
    recover: Annotated[
        str,
        typer.Option(
            "--recover",
            metavar="NAME",
            help="Print a link for this user to set a password, then serve, if no server does yet.",
        ),
    ] = "",
    without_tls: Annotated[
        bool, typer.Option("--without-tls", help="Listen on a public address although nothing encrypts the traffic.")
    ] = False,
) -> None:
    """Serve web pages and a REST API over a workspace.

    The first start prints a link that creates the administrator. The pages probe only under grants that are files on
    this machine. They cannot create or change a grant.

    Example: tieback serve --workspace .tieback
    """
    try:
        from tieback.pipeline.views.opening import Workspace
        from tieback.web.app import build_server
        from tieback.web.server import AddressInUseError
        from tieback.web.server import serve as run
        from tieback.web.settings import WebSettings
    except ImportError as error:
        from tieback.model.extras import extra_advice

        raise UsageError("the pages need more packages", where="tieback serve", advice=extra_advice("web")) from error
    settings = WebSettings(
        workspace=workspace,
        host=host,
        port=port,
        public_url=public_url.rstrip("/"),
        trusted_proxies=tuple(trusted_proxy or ()),
        sign_in=sign_in,
        grants=grants,
        max_upload=max_upload << 20,
    )
    if not public_url and not _is_loopback(host):
        raise UsageError(
            "the server does not know its name, and answers only to its own (against DNS rebinding)",
            where=f"--host {host}",
            advice="Name the address that browsers use with --public-url",
        )
    if not without_tls and not settings.secure and not _is_loopback(host):
        raise UsageError(
            "it would send passwords and results unencrypted",
            where=f"--host {host}",
            advice="Put a proxy with TLS in front, and name its address with --public-url https://HOST",
        )
    console = message_console()
    links: list[str] = []
    is_new = not workspace.exists()
    if recover:
        # Before the server starts: the user's sessions have ended, and the address can be in use by the service.
        link = f"{settings.own_url}{_recovery_link(workspace, recover)}"
        console.print(f"Set a password (24 hours, once): {link}", highlight=False, soft_wrap=True)

    def announce(url: str) -> None:
        console.print(f"tieback serves {workspace} at {url}", highlight=False)
        if Workspace.opens_to_read(workspace):
            console.print("It can only be read: the pages show its results, and refuse every change.")
        if is_new:
            console.print(f"The workspace {workspace} is new and empty: upload an app, or run tieback scan on it.")
        for link in links:
            console.print(f"Create the administrator (30 minutes, once): {url}{link}", highlight=False, soft_wrap=True)

    try:
        with protected_memory():
            run(build_server(settings, first_link=links.append, run_jobs=True), settings, announce)
    except AddressInUseError as error:
        if not recover:
            raise
        console.print(f"{error.where} is in use. If that is the server of this workspace, open the link there.")


def _recovery_link(workspace: Path, name: str) -> str:
    from tieback.pipeline.accounts.links import recovery_link
    from tieback.pipeline.accounts.service import AccountService
    from tieback.pipeline.views.opening import open_for_pages, require_writable

    opened = open_for_pages(workspace)
    try:
        require_writable(opened)
        return recovery_link(AccountService.of(opened), name)
    finally:
        opened.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
