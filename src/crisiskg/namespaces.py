"""Prefixes and the IRIs of their namespaces, the same in every Turtle file, query and module (a test holds them equal)."""

from __future__ import annotations

CKG = "https://w3id.org/crisiskg/ontology#"
CKGT = "https://w3id.org/crisiskg/event-type/"
CKGC = "https://w3id.org/crisiskg/code/"
CKGSH = "https://w3id.org/crisiskg/shapes#"
BASE = "https://w3id.org/crisiskg/id/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
ORG = "http://www.w3.org/ns/org#"
FOAF = "http://xmlns.com/foaf/0.1/"
SCHEMA = "https://schema.org/"
OA = "http://www.w3.org/ns/oa#"
TIME = "http://www.w3.org/2006/time#"
GEO = "http://www.opengis.net/ont/geosparql#"
SEM = "http://semanticweb.cs.vu.nl/2009/11/sem/"
VANN = "http://purl.org/vocab/vann/"
SH = "http://www.w3.org/ns/shacl#"
WD = "http://www.wikidata.org/entity/"
GN = "https://sws.geonames.org/"

#: Every prefix that crisiskg's own files may use.
PREFIXES: dict[str, str] = {
    "ckg": CKG,
    "ckgt": CKGT,
    "ckgc": CKGC,
    "ckgsh": CKGSH,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "prov": PROV,
    "org": ORG,
    "foaf": FOAF,
    "schema": SCHEMA,
    "oa": OA,
    "time": TIME,
    "geo": GEO,
    "sem": SEM,
    "vann": VANN,
    "sh": SH,
    "wd": WD,
    "gn": GN,
}
