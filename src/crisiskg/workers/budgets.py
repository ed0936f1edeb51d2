"""What each client may use: time of workers and failed queries, refilled evenly over a minute."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from crisiskg.errors import BudgetExhausted, InvalidParameter

_WINDOW_S = 60.0
#: Clients that are remembered; those that were seen longest ago are forgotten first, with a full budget.
_MOST_CLIENTS = 50_000


class Budgets:
    """Budgets of clients by their names: addresses, or names of tokens.

    Args:
        seconds: Seconds of workers in a minute; also the most that can be saved up.
        errors: Failed queries in a minute.
        exempt: Networks whose addresses have no budget, separated by spaces.
        clock: Seconds that never go back.

    Raises:
        InvalidParameter: a network is none.

    >>> now = [0.0]
    >>> budgets = Budgets(2.0, 9, clock=lambda: now[0])
    >>> budgets.spend("192.0.2.1", 2.0, failed=False)
    >>> round(budgets.wait_s("192.0.2.1")), budgets.wait_s("192.0.2.2")
    (1, 0.0)
    """

    def __init__(self, seconds: float, errors: int, exempt: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._errors, self._clock = seconds, float(errors), clock
        self._known: dict[str, bool] = {}
        self._left: OrderedDict[str, tuple[float, float, float]] = OrderedDict()
        try:
            self._exempt = [ipaddress.ip_network(network) for network in exempt.replace(",", " ").split()]
        except ValueError as error:
            raise InvalidParameter(f"setting client_budget_exempt: {error}") from error

    def is_exempt(self, client: str) -> bool:
        """Tell whether a client has no budget."""
        known = self._known.get(client)
        if known is None:
            if len(self._known) >= _MOST_CLIENTS:
                self._known.clear()
            known = self._known[client] = self._looks_exempt(client)
        return known

    def _looks_exempt(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._exempt)

    def check(self, client: str, running_s: float = 0.0) -> None:
        """Refuse a client that has used up its budget.

        Args:
            client: Name of the client.
            running_s: Seconds that its queries have been running that are not over.

        Raises:
            BudgetExhausted: nothing is left; says when it may come back.
        """
        wait = self.wait_s(client, running_s)
        if wait > 0:
            raise BudgetExhausted(
                f"this client has used up its time: {self._seconds:g} s of queries and {self._errors:g} failed ones in a minute",
                hint=f"Ask again in {wait:.0f} s; queries that name an actor, a type or a time cost less.",
                retry_after_s=wait,
            )

    def wait_s(self, client: str, running_s: float = 0.0) -> float:
        """Return the seconds until a client may ask again; 0 where it may now."""
        if not client or self.is_exempt(client):
            return 0.0
        seconds, errors = self._now(client)
        seconds -= running_s
        waits = [0.0]
        if seconds <= 0:
            waits.append((-seconds + self._seconds / _WINDOW_S) * _WINDOW_S / self._seconds)
        if errors < 1:
            waits.append((1 - errors) * _WINDOW_S / self._errors)
        return max(waits)

    def spend(self, client: str, seconds: float, *, failed: bool) -> None:
        """Take time, and a failure, from the budget of a client."""
        if not client or self.is_exempt(client):
            return
        left, errors = self._now(client)
        self._left[client] = (left - seconds, errors - (1.0 if failed else 0.0), self._clock())
        self._left.move_to_end(client)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)

    def _now(self, client: str) -> tuple[float, float]:
        if client not in self._left:
            return self._seconds, self._errors
        seconds, errors, at = self._left[client]
        share = (self._clock() - at) / _WINDOW_S
        return min(self._seconds, seconds + share * self._seconds), min(self._errors, errors + share * self._errors)
