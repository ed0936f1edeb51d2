"""SERVICE: asks other endpoints what a query wants of them, before the query goes to a worker, which has no network.

`profiles` says which endpoints may be asked, `blocks` finds SERVICE in a query, `rewriting` puts answers in its place, `client`
asks, `parsing` is what runs in a sandbox, `process` is the process that has the network, `link` is how others use it.
"""

from crisiskg.federation.client import FederationClient
from crisiskg.federation.link import Federation, open_federation
from crisiskg.federation.profiles import Profile, Profiles, load_profiles
from crisiskg.federation.rewriting import federate

__all__ = ["Federation", "FederationClient", "Profile", "Profiles", "federate", "load_profiles", "open_federation"]
