"""RDF in requests: read strictly, with what is dangerous refused before a parser sees it."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.writing.bodies import MAX_JSON_DEPTH, check_lines, media_format, read_body

G = "urn:g"
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">{}</rdf:RDF>'
ITEM = RDF.format('<rdf:Description rdf:about="urn:s"><e:p>o</e:p></rdf:Description>')


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/turtle", "@prefix e: <urn:e:> . <urn:s> e:p 'o' ."),
        ("text/turtle;charset=UTF-8", "<urn:s> <urn:e:p> 'o' ."),
        ("TEXT/TURTLE", "\ufeff<urn:s> <urn:e:p> 'o' ."),
        ("application/n-triples", '<urn:s> <urn:e:p> "o" .'),
        ("application/rdf+xml", ITEM),
        ("application/ld+json", '{"@id": "urn:s", "urn:e:p": "o"}'),
        ("application/trig", "{ <urn:s> <urn:e:p> 'o' }"),
        ("application/n-quads", '<urn:s> <urn:e:p> "o" .'),
    ],
)
def test_every_format_is_read_into_the_graph(media_type: str, body: str) -> None:
    expected = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:e:p"), ox.Literal("o"), ox.NamedNode(G))
    assert read_body(body.encode(), media_type, G) == [expected]
    (quad,) = read_body(body.encode(), media_type, "default")
    assert quad.graph_name == ox.DefaultGraph()


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/trig", "<urn:a> <urn:b> 1 . <urn:h> { <urn:a> <urn:b> 2 }"),
        ("application/n-quads", '<urn:a> <urn:b> "1" .\n<urn:a> <urn:b> "2" <urn:h> .'),
        (
            "application/ld+json",
            '[{"@id": "urn:a", "urn:b": "1"}, {"@id": "urn:h", "@graph": [{"@id": "urn:a", "urn:b": "2"}]}]',
        ),
    ],
)
def test_datasets_keep_their_graphs(media_type: str, body: str) -> None:
    found = read_body(body.encode(), media_type, None)
    assert {str(quad.graph_name) for quad in found} == {"DEFAULT", "<urn:h>"} or {quad.graph_name for quad in found} == {
        ox.DefaultGraph(),
        ox.NamedNode("urn:h"),
    }
    with pytest.raises(errors.MalformedBody, match="names graphs"):
        read_body(body.encode(), media_type, G)


def test_blank_nodes_are_new_each_time() -> None:
    body = b"_:a <urn:p> _:b . _:a <urn:p> [] ."
    first, second = (read_body(body, "text/turtle", G) for _ in range(2))
    assert len(first) == len(second) == 2
    assert not {quad.object for quad in first} & {quad.object for quad in second}


def test_lexical_forms_are_those_of_the_store() -> None:
    body = b"<urn:s> <urn:p> '01'^^<http://www.w3.org/2001/XMLSchema#integer> , 1 ."
    assert [quad.object for quad in read_body(body, "text/turtle", G)] == [ox.Literal(1)]


def test_relative_iris_need_a_base() -> None:
    assert str(read_body(b"<> <p> <#x> .", "text/turtle", G, "http://x/y")[0].triple) == (
        "<http://x/y> <http://x/p> <http://x/y#x>"
    )
    with pytest.raises(errors.MalformedBody, match="does not parse as text/turtle"):
        read_body(b"<> <p> <#x> .", "text/turtle", G)


@pytest.mark.parametrize(
    "media_type", ["", "text/html", "text/n3", "text/plain", "application/json", "x", "text/turtle, text/turtle"]
)
def test_unknown_media_type(media_type: str) -> None:
    with pytest.raises(errors.UnsupportedSource, match="media type"):
        media_format(media_type)


def test_other_charsets_are_refused() -> None:
    with pytest.raises(errors.UnsupportedSource, match="utf-16"):
        media_format("text/turtle; charset=utf-16")


@pytest.mark.parametrize(
    ("media_type", "body", "words"),
    [
        ("text/turtle", b"<urn:a> <urn:b>", "line 1"),
        ("text/turtle", b"<urn:a> <urn:b> '\xff' .", "UTF-8"),
        ("text/turtle", "<urn:a> <urn:b> 1 .".encode("utf-16"), "UTF-8"),
        ("text/turtle", b"<urn:a b> <urn:b> 1 .", "does not parse"),
        ("application/n-quads", b'<urn:a> <urn:b> "1" _:g .', "blank node as its name"),
        ("application/ld+json", b'{"@graph": [{"@id": "urn:a", "urn:b": 1}], "urn:c": 1}', "blank node as its name"),
        ("application/ld+json", b'{"@context": "http://127.0.0.1:9/c", "@id": "urn:a"}', "@context from a URL"),
        ("application/ld+json", b'{"@context": {"@import": "http://127.0.0.1:9/c"}, "@id": "urn:a"}', "@context from a URL"),
        ("application/ld+json", b'{"@id": ', "does not parse"),
        ("application/rdf+xml", b"<a>", "does not parse"),
        ("application/rdf+xml", ITEM.encode("utf-16"), "not in UTF-8"),
        ("application/rdf+xml", b'<?xml version="1.0" encoding="iso-8859-1"?>' + ITEM.encode(), "UTF-8"),
    ],
)
def test_broken_bodies_are_told(media_type: str, body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedBody, match=words):
        read_body(body, media_type, None if "quads" in media_type or "json" in media_type else G)


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "'
    + "lol" * 10
    + '">{}]>'.format(
        "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    )
)


@pytest.mark.parametrize(
    "body",
    [
        ENTITIES.encode() + RDF.format('<rdf:Description rdf:about="urn:s"><e:p>&j;</e:p></rdf:Description>').encode(),
        b"<!doctype x []>" + ITEM.encode(),
        b"<?xml version='1.0'?><!-- x --><!DOCTYPE x SYSTEM 'file:///etc/hostname'>" + ITEM.encode(),
        b"\xef\xbb\xbf<! DOCTYPE x>" + ITEM.encode(),
        ITEM.encode().replace(b"<rdf:Description", b"<!ENTITY a 'b'><rdf:Description"),
    ],
)
def test_document_types_in_xml_are_refused_at_once(body: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(errors.MalformedBody, match="DOCTYPE or ENTITY"):
        read_body(body, "application/rdf+xml", G)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_document_types_in_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(errors.MalformedBody, match="UTF-8"):
        read_body((ENTITIES + ITEM).encode(encoding), "application/rdf+xml", G)


def test_deep_json_is_refused_and_words_in_strings_are_not_counted() -> None:
    deep = b'{"urn:p":' * (MAX_JSON_DEPTH + 1) + b"1" + b"}" * (MAX_JSON_DEPTH + 1)
    with pytest.raises(errors.LimitExceeded, match="64 deep"):
        read_body(deep, "application/ld+json", G)
    with pytest.raises(errors.LimitExceeded, match="64 deep"):
        read_body(b"[" * 100_000, "application/ld+json", G)
    assert read_body(b'{"@id": "urn:s", "urn:p": "' + b'[{\\"' * 500 + b'"}', "application/ld+json", G)


@pytest.mark.parametrize("text", ["\x01", "\x00", "\x1f", "\ufffe", "a\\\\b\x08"])
def test_control_characters_are_refused(text: str) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text)))
    with pytest.raises(errors.MalformedBody, match="control character"):
        check_lines(store.dump(format=ox.RdfFormat.N_QUADS).decode().splitlines())


@pytest.mark.parametrize("text", ["tab\t\r\n", "\\u0001", "\\\\u0001", "\x7f\u0085", "é😀"])
def test_other_characters_are_kept(text: str) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text)))
    check_lines(store.dump(format=ox.RdfFormat.N_QUADS).decode().split("\n"))


def test_deep_triple_terms_are_refused() -> None:
    deep = "<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 17 + "<urn:c>" + " )>>" * 17 + " ."
    with pytest.raises(errors.LimitExceeded, match="16 deep"):
        check_lines([deep])
