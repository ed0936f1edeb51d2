"""A real token in places where none may count, in wrong hands, and after its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from hostile.cases import FORM, Request
from hostile.client import ask

_GRAPH = "/graphs?graph=urn:hostile:token"
_TURTLE = b"<urn:a> <urn:b> <urn:c> ."
_NAMES = ("token", "access_token", "api_key", "key", "authorization", "bearer")


def make(store: Path, name: str, scope: str) -> str:
    """Make a token with the command line, and return it."""
    command = [sys.executable, "-m", "crisiskg", "token", "add", name, "--store", str(store), "--scope", scope]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return max(printed.split(), key=len)


def revoke(store: Path, name: str) -> None:
    """Revoke a token with the command line."""
    command = [sys.executable, "-m", "crisiskg", "token", "revoke", name, "--store", str(store)]
    subprocess.run(command, capture_output=True, text=True, check=True)


def misuse(address: tuple[str, int], store: Path, writer: str, reader: str) -> list[str]:
    """Try to write in every way in which a token must not count.

    Args:
        address: Host and port of a service that writes with a token.
        store: Folder of its store.
        writer: Token of the name "writer", which may write.
        reader: Token that may only query.

    Returns:
        What is wrong, in sentences.
    """
    wrong: list[str] = []

    def put(target: str, *headers: tuple[str, str]) -> int:
        request = Request("PUT", target, (("Content-Type", "text/turtle"), *headers), _TURTLE)
        return ask(address, request, 30.0).status

    def bearer(token: str) -> tuple[str, str]:
        return ("Authorization", f"Bearer {token}")

    tried: dict[str, int] = {f"in the URL as {name}": put(f"{_GRAPH}&{name}={quote(writer)}") for name in _NAMES}
    tried |= {
        "in a cookie": put(_GRAPH, ("Cookie", f"token={writer}; Authorization=Bearer {writer}")),
        "in another header": put(_GRAPH, ("X-Api-Key", writer), ("Proxy-Authorization", f"Bearer {writer}")),
        "as a password": put(_GRAPH, ("Authorization", f"Basic {writer}")),
        "with a letter less": put(_GRAPH, bearer(writer[:-1])),
        "with a letter more": put(_GRAPH, bearer(writer + "x")),
        "in capital letters": put(_GRAPH, bearer(writer.swapcase())),
        "of a reader": put(_GRAPH, bearer(reader)),
        "of a reader, and one of a writer behind": put(_GRAPH, bearer(reader), bearer(writer)),
    }
    update = f"INSERT DATA {{ <urn:a> <urn:b> <urn:c> }}&access_token={quote(writer)}"
    form = Request("POST", "/sparql", (("Content-Type", FORM),), f"update={update}".encode())
    tried["in a form"] = ask(address, form, 30.0).status
    wrong += [f"a token {how} was answered {status}" for how, status in tried.items() if status not in {400, 401, 403}]
    if (status := put(_GRAPH, bearer(writer))) not in {200, 201, 204}:
        wrong.append(f"a token that may write, in its place, was answered {status}")
    revoke(store, "writer")
    if (status := put(_GRAPH, bearer(writer))) not in {401, 403}:
        wrong.append(f"a revoked token was answered {status}")
    return wrong
