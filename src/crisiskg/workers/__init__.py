"""Runs SPARQL of users in processes that can be killed, over published generations, without network.

`scan` looks at the text before any engine does, `process` is what runs in a worker, `pool` keeps the workers.
"""

from crisiskg.workers.pool import Answer, Pool

__all__ = ["Answer", "Pool"]
