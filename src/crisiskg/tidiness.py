"""How far the files of a store have grown apart since they were last put in order.

What is written lies in new files on top of old ones until the engine merges them, and a query that looks for a single thing looks
into each of them. Putting everything in order takes about 2 s for a million quads, and makes such queries faster by a quarter.
"""

from __future__ import annotations

import shutil
from pathlib import Path

#: Bytes of new files below which putting in order is not worth while, and their share of all from which it is.
_LEAST = 8 * 1024 * 1024
_SHARE = 0.2
#: How many times the size of all files must be free.
_ROOM = 2


class Tidiness:
    """Remembers which files there were when they were last in order. The engine numbers its files in rising order.

    Args:
        store: Folder of the store. What is remembered is its file `tidy`; without it all files count as new.
    """

    def __init__(self, store: Path) -> None:
        self._db = store / "db"
        self._path = store / "tidy"

    def _sizes(self) -> dict[int, int]:
        """Return the bytes of each data file by its number."""
        found = {}
        for path in self._db.glob("*.sst"):
            try:
                found[int(path.stem)] = path.stat().st_size
            except (OSError, ValueError):  # merged away just now, or none of the engine's
                continue
        return found

    def _last(self) -> int:
        """Return the highest number of a file that was in order."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def is_due(self) -> bool:
        """Tell whether enough of the store is new, and the disk has room to write all of it a second time."""
        sizes = self._sizes()
        last, total = self._last(), sum(sizes.values())
        new = sum(size for number, size in sizes.items() if number > last)
        return new >= _LEAST and new >= _SHARE * total and shutil.disk_usage(self._db).free > _ROOM * total

    def done(self) -> None:
        """Know that everything is in order now.

        Raises:
            OSError: the disk did not take the note.
        """
        self._path.write_text(str(max(self._sizes(), default=0)), "ascii")
