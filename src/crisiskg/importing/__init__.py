"""Writes what tables tell into a store: streamed, validated, resumable, each release a named graph."""
