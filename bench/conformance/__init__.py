"""Runs the W3C test suites of SPARQL 1.1 over HTTP against crisiskg and against Oxigraph, with one loader and one comparer.

`manifests` reads the suites into the records of `cases`; `servers` starts what is tested; `evaluation`, `exchanges` and
`description` run a case; `solutions` and `graphs` say whether an answer is the one expected; `earl` and `tables` write down what
came out.
"""
