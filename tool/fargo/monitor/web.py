"""The monitor in a browser: textual-serve on loopback, behind an address that nobody can guess.

Each page runs a monitor of its own, in a process group that ends with the page or with the server.
"""

import asyncio
import os
import secrets
import signal
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from fargo.errors import PrerequisiteError, UsageError
from fargo.monitor import BROWSER

try:
    from aiohttp import web
    from aiohttp.web_runner import GracefulExit
    from textual_serve.app_service import AppService
    from textual_serve.server import Server, to_int
except ModuleNotFoundError as error:
    raise PrerequisiteError(
        f"the monitor in a browser needs textual-serve, which is not here (no module {error.name!r})",
        "install it: `pip install 'fargo[web]'`",
    ) from error

HOST = "127.0.0.1"
QUIT_SECONDS = 3.0
"""How long a monitor may take to quit by itself before its process group is killed."""

POLICY = (
    "default-src 'self'; frame-ancestors 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; connect-src 'self' ws://{here}"
)
"""textual-serve's page asks a server elsewhere for a font; it does without."""
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page(AppService):
    """The monitor of one page, in a process group of its own.

    Args:
        argv: the command.
        websocket: the page's.
    """

    def __init__(self, argv: Sequence[str], websocket: web.WebSocketResponse, server: "Pages") -> None:
        super().__init__(
            " ".join(argv),
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=partial(_close, websocket),
            download_manager=server.download_manager,
        )
        self._argv = tuple(argv)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environ = self._build_environment(width=width, height=height) | {BROWSER: "1"}
        process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ, start_new_session=True
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def stop(self) -> None:
        """Ask the monitor to quit, and end all that it started; at once where it does not answer."""
        with suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(super().stop(), QUIT_SECONDS)
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


class Pages(Server):
    """The web server.

    Args:
        argv: the command that is a monitor; it runs once for each page.
        listening: the socket that it listens at.
    """

    def __init__(self, argv: Sequence[str], listening: socket.socket) -> None:
        port = listening.getsockname()[1]
        super().__init__(" ".join(argv), host=HOST, port=port, title="fargo monitor")
        self._argv, self._listening = argv, listening
        self.public_url = f"http://{HOST}:{port}"
        self._token = secrets.token_urlsafe(24)
        self._open: set[web.WebSocketResponse] = set()

    @property
    def address(self) -> str:
        """The page's address; whoever has it has the monitor."""
        return f"{self.public_url}/{self._token}/"

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM; no page and no monitor outlives it."""
        web.run_app(
            self._outer(),
            sock=self._listening,
            print=None,
            shutdown_timeout=2 * QUIT_SECONDS,
            access_log=None,
        )

    async def _outer(self) -> web.Application:
        """Whatever does not begin with the token is refused, websockets too."""
        outer = web.Application(middlewares=[_careful])
        outer.add_subapp(f"/{self._token}/", await self._make_app())
        outer.router.add_route("*", "/{anything:.*}", _refuse)
        return outer

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: whoever serves has said it."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Close all pages; each ends its monitor."""
        del app
        await asyncio.gather(*(websocket.close() for websocket in tuple(self._open)))

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A page: its monitor runs as long as its websocket is open."""
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        self._open.add(websocket)
        page = Page(self._argv, websocket, self)
        try:
            await page.start(
                to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24)
            )
            await self._process_messages(websocket, page)
        finally:
            self._open.discard(websocket)
            await asyncio.shield(page.stop())
            await websocket.close()
        return websocket


async def _close(websocket: web.WebSocketResponse) -> None:
    await websocket.close()


@web.middleware
async def _careful(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep the page to itself: no frames around it, nothing from elsewhere, its address told to nobody."""
    response = await handler(request)
    if not response.prepared:
        response.headers.update({**HEADERS, "Content-Security-Policy": POLICY.format(here=request.host)})
    return response


async def _refuse(request: web.Request) -> web.StreamResponse:
    del request
    return web.Response(status=403, text="fargo monitor: open the whole address that it printed\n")


def serve(argv: Sequence[str], *, say: Callable[[str], None], port: int = 0) -> None:
    """Serve a monitor to browsers of this machine until Ctrl-C.

    Args:
        argv: the command that is a monitor; it runs once for each page.
        say: told the address, and how to end.
        port: to listen at; 0: any that is free.

    Raises:
        UsageError: the port is taken.
    """
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise UsageError(
            f"port {port} of {HOST} cannot be listened at: {error.strerror}",
            "choose another, or none: `--port 0`",
        ) from error
    with listening:
        pages = Pages(argv, listening)
        say(f"the monitor is at {pages.address}")
        say("whoever has this address has the monitor; Ctrl-C ends it and every page")
        with suppress(GracefulExit, KeyboardInterrupt):
            pages.run()
