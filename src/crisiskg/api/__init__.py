"""HTTP interface: SPARQL, linked data, named queries and pages, over `crisiskg.asking`. It writes nothing and opens no store."""

from crisiskg.api.app import create_app

__all__ = ["create_app"]
