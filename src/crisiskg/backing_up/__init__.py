"""Backups of a store and their restoration: a consistent copy while others read and write, with a SHA-256 for every file."""

from __future__ import annotations

from crisiskg.backing_up.restoring import Restored, check, restore
from crisiskg.backing_up.taking import Backup, back_up

__all__ = ["Backup", "Restored", "back_up", "check", "restore"]
