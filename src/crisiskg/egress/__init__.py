"""The one door through which crisiskg calls other hosts on behalf of its users.

`policy` says which addresses may be called, `client` calls them, `gate` keeps the calls of one endpoint apart in time.
"""

from crisiskg.egress.client import Fetched, Hints, Policy, fetch, request
from crisiskg.egress.gate import Gate
from crisiskg.egress.policy import Resolver, Target, check, is_public, origin, shown

__all__ = [
    "Fetched",
    "Gate",
    "Hints",
    "Policy",
    "Resolver",
    "Target",
    "check",
    "fetch",
    "is_public",
    "origin",
    "request",
    "shown",
]
