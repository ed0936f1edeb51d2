"""Requests that want to harm the service, and the harness that sends them and looks at what becomes of it.

`cases` is the record of one request and what must hold. `federation`, `nesting`, `bombs`, `texts`, `bodies`, `wire` and
`places` list the fixed ones; `generated` makes any number from a seed. `slow` holds connections, `tokens` misuses a real
token, and `behind` goes past the look at a query. `canary` notices what should never happen, `service` starts and watches
the processes, `normal` is a client that wants nothing but answers, `judging` holds one answer to the rules, and `attack`
joins them all.
"""
