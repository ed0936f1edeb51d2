"""crisiskg reads documents on conflict and crisis into a validated knowledge graph.

The stages, in the order in which a document meets them: `sources`, `documents`, `annotation`, `graph`, `validation`, `store`,
`ingest`; `queries` and `api` answer from the store.
"""

__version__ = "0.1.0"
