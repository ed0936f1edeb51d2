"""SPARQL servers as stores: what kind a server is, what it can do, and how its answers are read without being taken in.

`kinds` knows the servers by name, `connection` speaks HTTP, `answers` reads results, `server` finds out what one server does,
`checks` says it to people. `crisiskg.sparql_store` writes through them and `crisiskg.workers.remote` asks for users.
"""
