"""The server of the monitor's pages, without a browser: who is refused, and what is missing or taken."""

import asyncio
import importlib
import socket
import sys

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from fargo.errors import PrerequisiteError, UsageError
from fargo.monitor import web


async def answer(pages: web.Pages, path: str, *, websocket: bool = False) -> int:
    """The status that a request gets."""
    async with TestServer(await pages._outer()) as server, aiohttp.ClientSession() as client:
        if websocket:
            try:
                await client.ws_connect(server.make_url(path))
            except aiohttp.WSServerHandshakeError as error:
                return error.status
            return 101
        async with client.get(server.make_url(path)) as response:
            return response.status


@pytest.fixture
def pages() -> web.Pages:
    with socket.create_server((web.HOST, 0)) as listening:
        return web.Pages([sys.executable, "-c", "pass"], listening)


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/x/", "/x/ws", "/download/1"])
def test_without_the_token_nothing_is_served(pages: web.Pages, path: str) -> None:
    assert asyncio.run(answer(pages, path)) == 403


@pytest.mark.parametrize("path", ["/ws", "/x/ws"])
def test_without_the_token_no_websocket_opens(pages: web.Pages, path: str) -> None:
    assert asyncio.run(answer(pages, path, websocket=True)) == 403


def test_with_the_token_the_page_and_what_belongs_to_it_are_served(pages: web.Pages) -> None:
    root = f"/{pages._token}"
    assert [asyncio.run(answer(pages, f"{root}{path}")) for path in ("/", "/static/js/textual.js")] == [
        200,
        200,
    ]


def test_each_server_has_a_token_of_its_own(pages: web.Pages) -> None:
    with socket.create_server((web.HOST, 0)) as listening:
        other = web.Pages(["x"], listening)
    assert pages._token != other._token
    assert len(pages._token) >= 32


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with (
        socket.create_server((web.HOST, 0)) as taken,
        pytest.raises(UsageError, match="cannot be listened at"),
    ):
        web.serve(["x"], say=print, port=taken.getsockname()[1])


def test_without_textual_serve_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "fargo.monitor.web")
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    with pytest.raises(PrerequisiteError, match="needs textual-serve") as caught:
        importlib.import_module("fargo.monitor.web")
    assert caught.value.hint == "install it: `pip install 'fargo[web]'`"
    assert caught.value.exit_code == 3
