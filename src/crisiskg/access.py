"""Tokens: who may do what beyond asking. A file holds the SHA-256 of each, never the token.

Scopes: `query` (a longer time limit, and a budget of its own), `write` (SPARQL Update and the Graph Store Protocol), `operate`
(see and cancel the queries of others).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.errors import InvalidParameter, NotFound, StoreError

if TYPE_CHECKING:
    from crisiskg.settings import Settings

SCOPES = ("query", "write", "operate")
_PREFIX = "ckg_"


@dataclass(frozen=True, slots=True)
class Token:
    """One token as the file holds it.

    Attributes:
        name: Who has it.
        sha256: Digest of the token, in hexadecimal.
        scopes: What it is for.
        created: When it was made, UTC, ISO 8601.
        expires: From when on it is no longer good; None for never.
    """

    name: str
    sha256: str
    scopes: tuple[str, ...]
    created: str
    expires: str | None = None

    def is_good(self, now: dt.datetime) -> bool:
        """Tell whether it has not expired."""
        return self.expires is None or now < dt.datetime.fromisoformat(self.expires)


def tokens_path(settings: Settings) -> Path:
    """Return the file of tokens of a store."""
    if settings.tokens_file is not None:
        return settings.tokens_file
    folder = settings.work_folder if settings.store.startswith(("http://", "https://")) else settings.store
    return Path(folder) / "tokens.json"


class Tokens:
    """The tokens of a file, which is read again when it has changed.

    Args:
        path: The file; a missing one holds no tokens.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._tokens: list[Token] = []

    def all(self) -> list[Token]:
        """Return all tokens.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            state = self.path.stat()
        except FileNotFoundError:
            self._tokens, self._seen = [], None
            return []
        except OSError as error:
            raise StoreError(f"the tokens cannot be read: {error.strerror}") from error
        if self._seen != (state.st_mtime_ns, state.st_ino):
            self._tokens = _read(self.path)
            self._seen = (state.st_mtime_ns, state.st_ino)
        return self._tokens

    def find(self, secret: str) -> Token | None:
        """Return the token that a client sent, where it is known and good. Takes as long for a wrong one."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        found = None
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found if found is not None and found.is_good(dt.datetime.now(dt.UTC)) else None

    def add(self, name: str, scopes: Sequence[str], days: int | None = None) -> str:
        """Make a token.

        Args:
            name: Who gets it.
            scopes: What it is for.
            days: Days after which it expires; None for never.

        Returns:
            The token, which nobody can be told again.

        Raises:
            InvalidParameter: the name is taken or no name, or a scope does not exist.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}", name):
            raise InvalidParameter(f"{name[:80]!r} is no name of a token: letters, digits, and _ . @ - are possible, 64 at most")
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise InvalidParameter(f"there is no scope {(unknown or [''])[0]!r}; there are: {', '.join(SCOPES)}")
        known = self.all()
        if any(token.name == name for token in known):
            raise InvalidParameter(f"there is a token {name!r} already", hint="Revoke it first, or choose another name.")
        secret = _PREFIX + secrets.token_urlsafe(32)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        expires = (now + dt.timedelta(days=days)).isoformat() if days is not None else None
        digest = hashlib.sha256(secret.encode("ascii")).hexdigest()
        self._write([*known, Token(name, digest, tuple(dict.fromkeys(scopes)), now.isoformat(), expires)])
        return secret

    def revoke(self, name: str) -> None:
        """Remove a token.

        Raises:
            NotFound: there is none of that name.
        """
        known = self.all()
        if not any(token.name == name for token in known):
            raise NotFound(f"there is no token {name[:80]!r}")
        self._write([token for token in known if token.name != name])

    def _write(self, tokens: list[Token]) -> None:
        new = self.path.with_suffix(".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"tokens": [asdict(token) for token in tokens]}, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
        except OSError as error:
            raise StoreError(f"the tokens cannot be written: {error.strerror}") from error
        self._seen = None


def _read(path: Path) -> list[Token]:
    try:
        content = json.loads(path.read_text("utf-8"))
        found = [Token(**{**entry, "scopes": tuple(entry["scopes"])}) for entry in content["tokens"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"the file of tokens {path.name} cannot be read", hint="Restore it, or make new tokens.") from error
    return found
