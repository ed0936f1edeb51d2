"""Writing through a service: SPARQL Update and the Graph Store Protocol, evaluated apart, validated, and applied as a whole.

`requests` says what can be asked and answered, `writer` does it. The text of an update and the bodies of RDF are parsed and
evaluated only in the process of `process`, which has no network, may write nothing but scratch files, and is killed when late.
"""
