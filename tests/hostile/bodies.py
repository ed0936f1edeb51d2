"""RDF that somebody sends to be stored: entity bombs, contexts to fetch, broken and giant documents."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hostile.canary import Canary
from hostile.cases import ANY, HARMLESS, REFUSED, Case, Request, graph_write

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML_TYPES = {
    "rdf-xml": "application/rdf+xml",
    "trix": "application/trix",
    "results": "application/sparql-results+xml",
    "xml": "application/xml",
}


def cases(canary: Canary) -> Iterator[Case]:
    """Yield all of them, for a service that writes and for one that does not."""
    for name, body in _bombs(canary).items():
        for kind, media_type in _XML_TYPES.items():
            document = _document(kind, body)
            yield Case(f"entities/{kind}-{name}", graph_write(document, media_type), REFUSED, variant="open")
            yield Case(f"entities/{kind}-{name}-read", graph_write(document, media_type, "POST"), REFUSED)
    for name, document in _encoded_bombs().items():
        yield Case(f"entities/rdf-xml-{name}", graph_write(document, "application/rdf+xml"), REFUSED, variant="open")
    for name, context in _contexts(canary).items():
        document = json.dumps(context).encode("utf-8")
        for media_type in ("application/ld+json", "application/ld+json; profile=http://www.w3.org/ns/json-ld#expanded"):
            shown = f"context/{name}{'-profile' if ';' in media_type else ''}"
            yield Case(shown, graph_write(document, media_type), REFUSED, variant="open")
        yield Case(f"context/{name}-read", graph_write(document, "application/ld+json"), REFUSED)
    link = (("Content-Type", "application/json"), ("Link", f'<http://127.0.0.1:{canary.port}/c>; rel="{_CONTEXT_LINK}"'))
    request = Request("PUT", "/graphs?graph=urn:hostile", link, b'{"@id":"urn:s","p":"o"}')
    yield Case("context/link-header", request, REFUSED | {200, 201, 204}, variant="open")
    for name, (media_type, document) in _broken().items():
        for method in ("PUT", "POST"):
            case = f"document/{name}-{method.lower()}"
            allowed, heavy = ANY | {201, 204}, len(document) > 100_000
            yield Case(case, graph_write(document, media_type, method), allowed, variant="open", heavy=heavy, slow_s=3.0)
            yield Case(f"{case}-tokens", graph_write(document, media_type, method), REFUSED, variant="tokens")
    for name, graph in _graphs(canary).items():
        turtle = b"<urn:s> <urn:p> <urn:o> ."
        for method in ("PUT", "POST"):
            request = graph_write(turtle, "text/turtle", method, graph)
            yield Case(f"graph-name/{name}-{method.lower()}", request, HARMLESS | {201, 204}, variant="open")
        for method in ("GET", "DELETE"):
            request = graph_write(b"", "text/turtle", method, graph)
            yield Case(f"graph-name/{name}-{method.lower()}", request, HARMLESS | {204}, variant="open")


_CONTEXT_LINK = "http://www.w3.org/ns/json-ld#context"


def _bombs(canary: Canary) -> dict[str, tuple[str, str]]:
    """Return what stands before the root element and what in its text."""
    bombs: dict[str, tuple[str, str]] = {}
    for level in range(5, 10):
        entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(97 + n)} "{f"&{chr(96 + n)};" * 10}">' for n in range(1, level + 1)
        )
        bombs[f"laughs-{level}"] = (f"<!DOCTYPE r [{entities}]>", f"&{chr(97 + level)};")
    address = f"http://127.0.0.1:{canary.port}"
    bombs["quadratic"] = (f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 5_000)
    bombs["parameter"] = (f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{address}/p.dtd"> %p;]>', "x")
    bombs["external-dtd"] = (f'<!DOCTYPE r SYSTEM "{address}/x.dtd">', "x")
    bombs["public-dtd"] = (f'<!DOCTYPE r PUBLIC "-//X//Y" "{address}/x.dtd">', "x")
    bombs["external-entity"] = (f'<!DOCTYPE r [<!ENTITY e SYSTEM "{address}/e">]>', "&e;")
    bombs["file-entity"] = (f'<!DOCTYPE r [<!ENTITY e SYSTEM "{canary.file.as_uri()}">]>', "&e;")
    bombs["own-entity"] = ('<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;")
    bombs["comment-before"] = ('<!-- a comment --><?x y?>\n<!DOCTYPE r [<!ENTITY a "b">]>', "&a;")
    bombs["comment-long"] = ("<!--" + "x" * 100_000 + '--><!DOCTYPE r [<!ENTITY a "b">]>', "&a;")
    bombs["many-entities"] = ("<!DOCTYPE r [" + "".join(f'<!ENTITY e{n} "x">' for n in range(20_000)) + "]>", "&e1;")
    bombs["attribute-list"] = ('<!DOCTYPE r [<!ATTLIST r x CDATA "y">]>', "x")
    bombs["style-sheet"] = (f'<?xml-stylesheet href="{address}/s.xsl"?><!DOCTYPE r>', "x")
    return bombs


def _document(kind: str, bomb: tuple[str, str]) -> bytes:
    before, text = bomb
    if kind == "trix":
        body = '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><uri>urn:s</uri><uri>urn:p</uri>'
        body += f"<plainLiteral>{text}</plainLiteral></triple></graph></TriX>"
    elif kind == "results":
        body = '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results><result>'
        body += f'<binding name="x"><literal>{text}</literal></binding></result></results></sparql>'
    else:
        body = (
            f'<r:RDF xmlns:r="{_RDF}" xmlns:x="urn:x:"><r:Description r:about="urn:s"><x:p>{text}</x:p></r:Description></r:RDF>'
        )
    return f'<?xml version="1.0"?>{before}{body}'.encode()


def _encoded_bombs() -> dict[str, bytes]:
    """Return bombs whose DOCTYPE is not found by somebody who looks for these bytes."""
    text = _document("rdf-xml", ('<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>', "&b;")).decode()
    plain = text.partition("?>")[2]
    return {
        "utf-16": f'<?xml version="1.0" encoding="utf-16"?>{plain}'.encode("utf-16"),
        "utf-16-le": f'<?xml version="1.0" encoding="utf-16le"?>{plain}'.encode("utf-16-le"),
        "utf-16-be": f'<?xml version="1.0" encoding="utf-16be"?>{plain}'.encode("utf-16-be"),
        "utf-16-undeclared": plain.encode("utf-16"),
        "utf-32": f'<?xml version="1.0" encoding="utf-32"?>{plain}'.encode("utf-32"),
        "utf-7": f'<?xml version="1.0" encoding="utf-7"?>{plain}'.encode("utf-7"),
        "utf-7-encoded": b'<?xml version="1.0" encoding="utf-7"?>' + plain.replace("<!", "\u003c!").encode("utf-7"),
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "ebcdic": f'<?xml version="1.0" encoding="cp037"?>{plain}'.encode("cp037"),
        "latin-1": f'<?xml version="1.0" encoding="iso-8859-1"?>{plain}'.encode("latin-1"),
        "spaces-before": b" \n\t" + plain.encode(),
        "case": plain.replace("DOCTYPE", "doctype").encode(),
        "far": b'<?xml version="1.0"?>' + b"<!-- -->" * 20_000 + plain.encode(),
        "second": text.encode() + text.encode(),
        "inside": plain.replace("urn:s", "&a;").encode(),
    }


def _contexts(canary: Canary) -> dict[str, object]:
    address = f"http://127.0.0.1:{canary.port}/context.jsonld"
    node: dict[str, object] = {"@id": "urn:s", "p": "o"}
    return {
        "http": {"@context": address, **node},
        "https": {"@context": address.replace("http:", "https:"), **node},
        "file": {"@context": canary.file.as_uri(), **node},
        "relative": {"@context": "../../../../../etc/passwd", **node},
        "array": {"@context": [{"p": "urn:p"}, address], **node},
        "import": {"@context": {"@version": 1.1, "@import": address, "p": "urn:p"}, **node},
        "scoped": {"@context": {"p": {"@id": "urn:p", "@context": address}}, "@id": "urn:s", "p": {"@id": "urn:o", "q": "x"}},
        "type-scoped": {"@context": {"T": {"@id": "urn:T", "@context": address}}, "@type": "T", **node},
        "nested": {"@context": {"p": "urn:p"}, "@id": "urn:s", "p": {"@context": address, "@id": "urn:o", "q": "x"}},
        "redirect": {"@context": f"{address}?redirect=1", **node},
    }


def _broken() -> dict[str, tuple[str, bytes]]:
    turtle, ntriples, jsonld = "text/turtle", "application/n-triples", "application/ld+json"
    return {
        "turtle-cut": (turtle, b"<urn:s> <urn:p> "),
        "turtle-literal-open": (turtle, b"<urn:s> <urn:p> '''" + b"x" * 200_000),
        "turtle-literal-1mb": (turtle, b"<urn:s> <urn:p> '" + b"x" * 1_000_000 + b"' ."),
        "turtle-prefixes": (turtle, b"".join(b"@prefix p%d: <urn:%d:> .\n" % (n, n) for n in range(20_000))),
        "turtle-relative": (turtle, b"<../../etc/passwd> <p> <o> ."),
        "turtle-base": (turtle, b"@base <file:///etc/> . <passwd> <urn:p> <shadow> ."),
        "turtle-bad-iri": (turtle, b"<urn:a b> <urn:p> <urn:o> ."),
        "turtle-script-iri": (turtle, b"<javascript:alert(1)> <urn:p> <data:text/html,x> ."),
        "turtle-nul": (turtle, b"<urn:s> <urn:p> 'a\x00b' ."),
        "turtle-escaped-nul": (turtle, b"<urn:s> <urn:p> 'a\\u0000b' ."),
        "turtle-surrogate": (turtle, b"<urn:s> <urn:p> '\\uD800' ."),
        "turtle-utf-16": (turtle, "<urn:s> <urn:p> <urn:o> .".encode("utf-16")),
        "turtle-broken-utf-8": (turtle, b"<urn:s> <urn:p> '\xff\xfe' ."),
        "turtle-blank-clique": (
            turtle,
            b"".join(b"_:b%d <urn:p> _:b%d .\n" % (a, b) for a in range(40) for b in range(40) if a != b),
        ),
        "turtle-wide": (turtle, b"".join(b"<urn:s%d> <urn:p> %d .\n" % (n, n) for n in range(50_000))),
        "turtle-dots": (turtle, b"." * 100_000),
        "turtle-quotes": (turtle, b'"' * 100_000),
        "turtle-less-than": (turtle, b"<" * 100_000),
        "turtle-comment": (turtle, b"#" * 1_000_000),
        "ntriples-long-line": (ntriples, b"<urn:s> <urn:p> <urn:" + b"o" * 1_000_000 + b"> ."),
        "ntriples-language": (ntriples, b'<urn:s> <urn:p> "x"@' + b"a-" * 50_000 + b"a ."),
        "nquads-many-graphs": (
            "application/n-quads",
            b"".join(b"<urn:s> <urn:p> <urn:o> <urn:hostile:g%d> .\n" % n for n in range(2_000)),
        ),
        "trig-other-graph": ("application/trig", b"<urn:elsewhere> { <urn:s> <urn:p> <urn:o> }"),
        "jsonld-not-json": (jsonld, b"{'a': 1}"),
        "jsonld-number": (jsonld, b'{"@id":"urn:s","urn:p":1e999999}'),
        "jsonld-digits": (jsonld, b'{"@id":"urn:s","urn:p":' + b"9" * 100_000 + b"}"),
        "jsonld-keys-twice": (jsonld, b'{"@id":"urn:a","@id":"urn:b","urn:p":1}'),
        "jsonld-own-term": (jsonld, b'{"@context":{"a":"b:x","b":"a:y"},"a":1}'),
        "jsonld-many-terms": (jsonld, json.dumps({"@context": {f"t{n}": f"urn:{n}" for n in range(20_000)}, "t1": 1}).encode()),
        "jsonld-nan": (jsonld, b'{"@id":"urn:s","urn:p":NaN}'),
        "jsonld-surrogate": (jsonld, b'{"@id":"urn:s","urn:p":"\\ud800"}'),
        "xml-cut": ("application/rdf+xml", b"<?xml version='1.0'?><r:RDF xmlns:r='"),
        "xml-ids": (
            "application/rdf+xml",
            f'<r:RDF xmlns:r="{_RDF}"><r:Description r:ID="a"/><r:Description r:ID="a"/></r:RDF>'.encode(),
        ),
        "xml-attributes": (
            "application/rdf+xml",
            f'<r:RDF xmlns:r="{_RDF}" xmlns:x="urn:x:"><r:Description '.encode()
            + b" ".join(b'x:a%d="1"' % n for n in range(20_000))
            + b"/></r:RDF>",
        ),
        "xml-namespaces": (
            "application/rdf+xml",
            f'<r:RDF xmlns:r="{_RDF}" '.encode() + b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(20_000)) + b"/>",
        ),
        "type-none": ("", b"<urn:s> <urn:p> <urn:o> ."),
        "type-unknown": ("application/x-executable", b"\x7fELF"),
        "type-odd": ("text/turtle/x;;;=", b"<urn:s> <urn:p> <urn:o> ."),
        "type-html": ("text/html", b"<script>alert(1)</script>"),
        "multipart-cut": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=f\r\n\r\n"),
        "multipart-no-boundary": ("multipart/form-data", b"--x--"),
        "multipart-many": (
            "multipart/form-data; boundary=x",
            b"".join(b"--x\r\nContent-Disposition: form-data; name=f%d\r\n\r\nx\r\n" % n for n in range(5_000)) + b"--x--",
        ),
        "multipart-header": (
            "multipart/form-data; boundary=x",
            b"--x\r\nX: " + b"y" * 200_000 + b"\r\n\r\nx\r\n--x--",
        ),
        "multipart-file": (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../../etc/cron.d/x"\r\n'
            b"Content-Type: text/turtle\r\n\r\n<urn:s> <urn:p> <urn:o> .\r\n--x--",
        ),
        "empty": (turtle, b""),
    }


def _graphs(canary: Canary) -> dict[str, str]:
    return {
        "relative": "../x",
        "no-iri": "not an iri",
        "empty": "",
        "file": canary.file.as_uri(),
        "http": f"http://127.0.0.1:{canary.port}/x",
        "newline": "urn:x\nurn:y",
        "angle": "urn:x> { ?s ?p ?o } } ; DROP ALL #",
        "long": "urn:" + "x" * 6_000,
        "nul": "urn:x\x00",
        "script": "javascript:alert(1)",
        "bidi": "urn:\u202ex",
        "default-word": "default",
        "blank": "_:b",
    }
