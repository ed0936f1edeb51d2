"""Asks the endpoints of the profiles, each at its own pace, and reads what they answer in a process that can be killed."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from crisiskg import egress
from crisiskg.egress import Fetched, Gate, Resolver
from crisiskg.egress.policy import resolve as _resolve
from crisiskg.errors import (
    CrisiskgError,
    EgressRefused,
    LimitExceeded,
    MalformedSource,
    SourceTooLarge,
    SourceUnavailable,
    StoreTimeout,
    WorldError,
)
from crisiskg.federation.parsing import MEDIA_TYPES, read_answer
from crisiskg.federation.profiles import Profile, Profiles
from crisiskg.federation.rewriting import federate
from crisiskg.federation.sandboxes import left_until, run, too_late
from crisiskg.settings import Settings
from crisiskg.workers.scan import Limits

_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
#: Time and memory for reading an answer, in seconds and MiB, at all and for each MiB of it: ten times what a fair one takes.
_READ_S, _READ_S_PER_MB = 5.0, 0.3
_READ_MB, _READ_MB_PER_MB = 512, 30
#: Answers that say that the endpoint wants to be left alone.
_REST = frozenset({429, 503})


class FederationClient:
    """Asks other endpoints on behalf of queries. It belongs into a process of its own, with a network and without a store.

    Args:
        profiles: The endpoints that may be asked.
        limits: How large queries may be; None means the defaults.
        resolve: How names of hosts are resolved.
    """

    def __init__(self, profiles: Profiles, limits: Limits | None = None, *, resolve: Resolver = _resolve) -> None:
        self.profiles = profiles
        self._limits = limits or Limits()
        self._resolve = resolve
        self._gates = {name: Gate(name, profile.requests_per_minute) for name, profile in profiles.items()}
        #: Requests that were sent.
        self.requests = 0

    @classmethod
    def of(cls, settings: Settings) -> FederationClient:
        """Return a client as the settings say.

        Raises:
            InvalidParameter: the file of profiles is wrong, or federation is on without one.
        """
        return cls(Profiles.of(settings), Limits.of(settings))

    def rewrite(self, query: str, *, deadline: float, base_iri: str | None = None) -> str:
        """Return a query with the answers of other endpoints in the place of SERVICE; see `federate` for arguments and errors."""
        return federate(query, self.profiles, self.ask, deadline=deadline, limits=self._limits, base_iri=base_iri)

    def ask(self, profile: Profile, query: str, variables: Sequence[str], max_rows: int, deadline: float) -> list[str]:
        """Ask one endpoint.

        Args:
            profile: Which.
            query: A SELECT query.
            variables: Its variables, without question mark; the rows have their order.
            max_rows: Rows that are allowed; one more is given where there are more.
            deadline: When the answer must be there, as `time.monotonic` tells it.

        Returns:
            Rows of a VALUES clause.

        Raises:
            BudgetExhausted: it was asked too often lately, or wants to be left alone.
            EgressRefused: its address may not be called.
            SourceUnavailable: it gives no answer in time, or one that cannot be used.
            LimitExceeded: its answer is too large.
            StoreTimeout: the deadline passed.
        """
        with self._gates[profile.name].turn(deadline):
            answer = self._send(profile, query, deadline)
        self._check(profile, answer)
        rows = self._read(profile, query, answer, variables, max_rows, deadline)
        most = answer.headers.get("x-sparql-maxrows", "")
        if most.isdigit() and len(rows) >= int(most[:18]):
            raise LimitExceeded(
                f"the endpoint {profile.name} cuts its answers at {most[:18]} rows", hint="Ask for less within SERVICE."
            )
        return rows

    def check(self, time_limit_s: float = 10.0) -> dict[str, str]:
        """Ask each endpoint a small question.

        Args:
            time_limit_s: Time for each, in seconds.

        Returns:
            By name of profile, "ok" or what is wrong.
        """
        found = {}
        for name, profile in self.profiles.items():
            try:
                rows = self.ask(profile, "SELECT * WHERE { VALUES ?x { 1 } }", ["x"], 1, time.monotonic() + time_limit_s)
                found[name] = "ok" if len(rows) == 1 else "it does not evaluate VALUES"
            except CrisiskgError as error:
                found[name] = error.message
        return found

    def _send(self, profile: Profile, query: str, deadline: float) -> Fetched:
        left = left_until(deadline)
        self.requests += 1
        headers = {
            "Accept": _ACCEPT,
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": profile.user_agent,
        }
        try:
            return egress.request(
                profile.url,
                profile.policy(min(left, profile.time_limit_s)),
                method="POST",
                body=urlencode({"query": query}).encode("ascii"),
                headers=headers,
                secrets=profile.secrets,
                resolve=self._resolve,
            )
        except SourceTooLarge as error:
            raise LimitExceeded(f"the answer of the endpoint {profile.name}: {error.message}", hint=error.hint) from None
        except (EgressRefused, SourceUnavailable) as error:
            if time.monotonic() >= deadline:
                raise too_late(profile.name) from None
            raise type(error)(f"the endpoint {profile.name}: {error.message}", hint=error.hint) from None

    def _check(self, profile: Profile, answer: Fetched) -> None:
        """Refuse an answer that is an error, a part of an answer, or of another kind."""
        if answer.status in _REST and (rest_s := _retry_after(answer.headers.get("retry-after", ""))) > 0:
            self._gates[profile.name].rest(rest_s)
            raise SourceUnavailable(
                f"the endpoint {profile.name} answers {answer.status} {answer.reason}".rstrip(),
                hint=f"It asks to be left alone for {rest_s:.0f} s.",
            )
        if answer.status != 200:
            raise SourceUnavailable(
                f"the endpoint {profile.name} answers {answer.status} {answer.reason}".rstrip(),
                hint="It does not take what stands within SERVICE." if answer.status == 400 else None,
            )
        if answer.media_type not in MEDIA_TYPES:
            what = repr(answer.media_type[:60]) if answer.media_type else "something without a media type"
            raise SourceUnavailable(f"the endpoint {profile.name} answers {what} where a table in JSON or XML was asked for")
        if "S1TAT" in answer.headers.get("x-sql-state", ""):  # Virtuoso ran out of its own time
            raise SourceUnavailable(
                f"the endpoint {profile.name} gives only a part of its answer", hint="Ask for less within SERVICE."
            )

    def _read(
        self, profile: Profile, query: str, answer: Fetched, variables: Sequence[str], max_rows: int, deadline: float
    ) -> list[str]:
        salt = hashlib.sha256(f"{profile.name}\n{query}".encode()).hexdigest()
        size_mb = math.ceil(len(answer.data) / 1_048_576)
        limit_s, memory_mb = _READ_S + size_mb * _READ_S_PER_MB, _READ_MB + size_mb * _READ_MB_PER_MB
        args = (answer.data, answer.media_type or "", tuple(variables), max_rows, salt)
        try:
            return run(read_answer, *args, deadline=deadline, limit_s=limit_s, memory_mb=memory_mb)
        except StoreTimeout:
            raise
        except MalformedSource as error:
            raise SourceUnavailable(f"the endpoint {profile.name}: {error.message}") from None
        except (LimitExceeded, WorldError):
            if time.monotonic() >= deadline:
                raise too_late(profile.name) from None
            raise SourceUnavailable(f"the answer of the endpoint {profile.name} takes too much time or memory to read") from None


def _retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header says; 0 where it says nothing.

    >>> _retry_after("120"), _retry_after("soon")
    (120.0, 0.0)
    """
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
