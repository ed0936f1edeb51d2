"""The processes of `crisiskg serve`: a supervisor, web processes, the host of the query workers, and the writer.

`supervisor` starts and watches the others. `host` keeps the crew of query workers (`crisiskg.workers.crew`) for all web
processes; `client` is how a web process asks it. `writer` is the one process that holds the store open for writing.
"""
