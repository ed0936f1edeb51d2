"""Runs as `python bench/conformance SUITE`."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # run as a folder: its modules import each other as a package
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conformance.command import main

if __name__ == "__main__":
    sys.exit(main())
