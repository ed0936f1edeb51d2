"""Finds in a document what it speaks of: mentions, times, relations, events, and who says so; one module a stage."""
