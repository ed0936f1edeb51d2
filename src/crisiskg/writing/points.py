"""Named points of a write at which tests of faults end the process.

In a process whose environment does not have `CRISISKG_KILL_AT`, nothing happens at any of them.
"""

from __future__ import annotations

import os
import signal

#: All points, in the order in which a write through a service passes them; `graph-written` is that of ingest.
POINTS = (
    "evaluated",
    "redo-written",
    "half-applied",
    "applied",
    "flushed",
    "journalled",
    "redo-removed",
    "checkpointed",
    "generation-renamed",
    "published",
    "graph-written",
)


#: Points of the import of a table, in their order; `part-removed` is that of the removal of a large graph.
IMPORT_POINTS = (
    "import-begun",
    "chunk-loaded",
    "chunk-noted",
    "import-loaded",
    "import-whole",
    "import-journalled",
    "import-withdrawn",
    "part-removed",
    "import-published",
)


def reached(name: str) -> None:
    """Tell that a point is reached. The process ends here, as if by a power cut, where `CRISISKG_KILL_AT` names the point.

    Args:
        name: One of `POINTS` or `IMPORT_POINTS`.
    """
    if os.environ.get("CRISISKG_KILL_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
