"""Where tests find what is no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

#: Folder with seeds, gold data and suites of others; tests skip where it is absent.
SHARED = Path(os.environ.get("CRISISKG_SHARED", Path(__file__).parent.parent.parent / "shared"))
