"""Readers of Markdown, HTML, PDF and feeds: good and bad ones."""

# ruff: noqa: E501 - texts of test pages stay on their lines
from __future__ import annotations

import datetime as dt
import json

import pytest
from malformed import GOOD, make_pdf

from crisiskg.documents import Document
from crisiskg.errors import EmptySource, MalformedSource, SourceTooLarge, UnsupportedSource
from crisiskg.sources import feed, html, markdown, pdf, read_bytes
from crisiskg.sources.text import Origin, SourceFailure

MORE = "The governor of the region told reporters that the soldiers would return within a week, and that nobody had asked them to leave."


def one(found: list[Document | SourceFailure]) -> Document:
    assert len(found) == 1
    assert isinstance(found[0], Document)
    return found[0]


def names(document: Document) -> list[tuple[str, str]]:
    return [(who.name, who.part) for who in document.contributions]


# --- HTML -------------------------------------------------------------------------------------------------------------

LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "url": "https://example.org/page"},
        {
            "@type": "NewsArticle",
            "headline": "Soldiers leave border town",
            "datePublished": "2019-03-14T10:30:00+00:00",
            "author": [{"@type": "Person", "name": "Amara Doumbia"}, {"@type": "Organization", "name": "Desk Staff"}],
            "publisher": {"@type": "Organization", "name": "Example Times"},
        },
    ],
}
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Soldiers leave border town | Example Times</title>
<link rel="canonical" href="https://example.org/soldiers">
<script type="application/ld+json">{json.dumps(LINKED)}</script></head>
<body><nav><ul><li>Home</li><li>Sport news of the whole wide world of sport</li></ul></nav>
<div class="cookie">We use cookies to improve our site.</div>
<article><h1>Soldiers leave border town</h1>
<figure><img src="x.jpg"><figcaption>Residents of Ansongo returned to the market on Thursday.</figcaption></figure>
<p>{GOOD}</p><p>{MORE}</p><h2>What happened on Tuesday?</h2><p>The attackers came from the east and set fire to a customs post, witnesses said.</p>
<script>alert("x")</script></article>
<footer>© 2019 Example Times. All rights reserved.</footer></body></html>"""


def test_html_with_linked_data() -> None:
    document = one(html.parse(PAGE.encode(), Origin("a.html", "text/html")))
    assert (document.title, document.kind, document.publisher) == ("Soldiers leave border town", "news", "Example Times")
    assert document.url == "https://example.org/soldiers"
    assert document.published is not None
    assert (document.published.exact, document.published.basis) == (dt.date(2019, 3, 14), "metadata")
    assert names(document) == [("Amara Doumbia", "author")]
    assert document.text.split("\n\n") == [
        "Soldiers leave border town",
        "Residents of Ansongo returned to the market on Thursday.",
        GOOD,
        MORE,
        "What happened on Tuesday?",
        "The attackers came from the east and set fire to a customs post, witnesses said.",
    ]
    assert [region.kind for region in document.regions] == ["title", "caption", "body"]


def test_html_with_open_graph_only() -> None:
    page = f"""<html><head><meta property="og:title" content="Road to the coast"><meta property="og:site_name" content="HRW">
    <meta property="article:published_time" content="2020-02-01"><meta name="author" content="By Jane Doe and John Roe"></head>
    <body><p>{GOOD}</p><p>{MORE}</p></body></html>"""
    document = one(html.parse(page.encode(), Origin("a.html", "text/html", "https://user.example.org/x")))
    assert (document.title, document.publisher, document.url) == (
        "Road to the coast",
        "Human Rights Watch",
        "https://user.example.org/x",
    )
    assert names(document) == [("Jane Doe", "author"), ("John Roe", "author")]


def test_html_without_any_metadata() -> None:
    document = one(html.parse(f"<p>{GOOD}</p><p>{MORE}</p>".encode(), Origin("a.html", "text/html")))
    assert document.text == f"{GOOD}\n\n{MORE}"
    assert document.published is None


def test_html_in_another_encoding() -> None:
    page = f"<html><head><meta charset='windows-1251'></head><body><p>Солдаты покинули город. {GOOD}</p></body></html>".encode(
        "cp1251"
    )
    assert "Солдаты покинули" in one(html.parse(page, Origin("a.html", "text/html"))).text


def test_html_repeated_paragraphs_are_kept() -> None:
    page = "<html><body><article>" + f"<p>{GOOD}</p>" * 3 + f"<p>{MORE}</p></article></body></html>"
    assert one(html.parse(page.encode(), Origin("a.html"))).text.count(GOOD) == 3


def test_html_broken_metadata_does_not_stop_the_page() -> None:
    page = f"""<html><head><script type="application/ld+json">{{"@type": [</script><script type="application/ld+json">[1, "x", null]</script>
    <script type="application/ld+json">{{"@type": 5, "headline": ["a"], "author": [[1]], "publisher": [], "datePublished": {{}}}}</script>
    <link rel=canonical href="javascript:alert(1)"></head><body><p>{GOOD}</p></body></html>"""
    document = one(html.parse(page.encode(), Origin("a.html")))
    assert GOOD in document.text
    assert document.url is None


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("<html><body></body></html>", EmptySource),
        ("<!DOCTYPE html [<!ENTITY x 'y'>]><html><body>&x;</body></html>", MalformedSource),
        ("<html><body>" + "<div>" * 3000 + "x" + "</div>" * 3000, SourceTooLarge),
        ("<html><body><p " + "a=1 " * 2000 + ">x</p>", SourceTooLarge),
    ],
)
def test_bad_html(page: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        html.parse(page.encode(), Origin("a.html"))


# --- Markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_with_front_matter() -> None:
    text = f'---\ntitle: "Road to the coast"\ndate: 2020-02-01\nauthors:\n  - Jane Doe\n  - John Roe\nurl: https://example.org/a\n---\n\n{GOOD}\n\n## Why\n\n- {MORE}\n'
    document = one(markdown.parse(text.encode(), Origin("a.md", "text/markdown")))
    assert document.text.split("\n\n") == ["Road to the coast", GOOD, "Why", MORE]
    assert (document.url, names(document)) == ("https://example.org/a", [("Jane Doe", "author"), ("John Roe", "author")])
    assert document.published is not None
    assert document.published.exact == dt.date(2020, 2, 1)


def test_markdown_marks_go() -> None:
    text = f"# The *long* road\n\nHe **left** [the town](https://example.org) `now`,\nand {GOOD}\n\n<script>x()</script>\n"
    document = one(markdown.parse(text.encode(), Origin("a.md", "text/markdown")))
    assert document.title == "The long road"
    assert f"He left the town now, and {GOOD}" in document.text


def test_bad_markdown() -> None:
    with pytest.raises(EmptySource):
        markdown.parse(b"---\ntitle: A\n---\n", Origin("a.md"))
    with pytest.raises(SourceTooLarge):
        markdown.parse(b"word " * 100, Origin("a.md", max_chars=10))


# --- PDF --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compress", [True, False])
def test_pdf(compress: bool) -> None:
    lines = [
        "Road to the coast",
        "",
        "The soldiers left the town of Ansongo on Wednesday after two days of",
        "fighting, and the inter-",
        "national observers followed them.",
    ]
    document = one(pdf.parse(make_pdf(lines, title="Road to the coast", compress=compress), Origin("a.pdf", "application/pdf")))
    assert document.title == "Road to the coast"
    assert "The soldiers left the town of Ansongo on Wednesday after two days of" in document.text


def test_pdf_over_its_limit() -> None:
    with pytest.raises(SourceTooLarge):
        pdf.parse(make_pdf([GOOD]), Origin("a.pdf", max_chars=20))


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"%PDF-1.4 nothing", MalformedSource), (make_pdf([]), UnsupportedSource), (make_pdf([GOOD])[:200], MalformedSource)],
)
def test_bad_pdf(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        pdf.parse(data, Origin("a.pdf"))


def test_running_heads_and_page_numbers_go() -> None:
    pages = [f"Annual Report 2019\n{GOOD} Page text {n}.\n{n}" for n in range(1, 6)]
    assert pdf._without_running_heads(pages) == [f"{GOOD} Page text {n}." for n in range(1, 6)]


# --- feeds ------------------------------------------------------------------------------------------------------------

RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Example Times</title>
<item><title>Road opens</title><link>https://example.org/1</link><guid>g1</guid><pubDate>Wed, 27 May 2015 10:00:00 GMT</pubDate>
<description>&lt;p&gt;{GOOD}&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;{MORE}&lt;/p&gt;</description></item>
<item><title>&lt;script&gt;x&lt;/script&gt;Bridge closed</title><link>javascript:alert(1)</link><description>{GOOD}</description></item>
<item></item></channel></rss>"""


def test_rss() -> None:
    first, second, third = feed.parse_xml_feed(RSS.encode(), Origin("a.rss", "application/rss+xml"))
    assert isinstance(first, Document)
    assert first.text == f"Road opens\n\n{GOOD}\n\n{MORE}"
    assert (first.url, first.source_id, first.publisher) == ("https://example.org/1", "g1", "Example Times")
    assert first.published is not None
    assert first.published.exact == dt.date(2015, 5, 27)
    assert isinstance(second, Document)
    assert (second.title, second.url) == ("Bridge closed", None)
    assert any("javascript" in warning for warning in second.warnings)
    assert isinstance(third, SourceFailure)
    assert third.location == "item 3"


def test_atom() -> None:
    text = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title>Road opens</title><id>tag:1</id><link href="https://example.org/1"/>
    <author><name>Jane Doe</name></author><published>2015-05-27T00:00:00Z</published><content type="html">&lt;p&gt;{GOOD}&lt;/p&gt;</content></entry></feed>"""
    document = one(feed.parse_xml_feed(text.encode(), Origin("a.atom")))
    assert (document.source_id, names(document)) == ("tag:1", [("Jane Doe", "author")])


def test_json_feed() -> None:
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example Times",
        "items": [
            {
                "id": "1",
                "url": "https://example.org/1",
                "title": "Road opens",
                "content_html": f"<p>{GOOD}</p>",
                "date_published": "2015-05-27",
            },
            {"id": 2, "content_text": GOOD, "authors": [{"name": "Jane Doe"}, 5]},
            "nonsense",
            {"id": "4", "title": 7},
        ],
    }
    first, second, third, fourth = feed.parse_json_feed(json.dumps(value).encode(), Origin("a.json"))
    assert isinstance(first, Document)
    assert first.text == f"Road opens\n\n{GOOD}"
    assert isinstance(second, Document)
    assert (second.source_id, second.text) == ("2", GOOD)
    assert isinstance(third, SourceFailure)
    assert isinstance(fourth, SourceFailure)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"<rss version='2.0'><channel></channel></rss>", EmptySource),
        (b"<note/>", MalformedSource),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", MalformedSource),
    ],
)
def test_bad_feeds(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        feed.parse_xml_feed(data, Origin("a.rss"))


def test_bad_json_feeds() -> None:
    for value in ({"items": None}, [], {"items": {}}):
        with pytest.raises(MalformedSource):
            feed.parse_json_feed(json.dumps(value).encode(), Origin("a.json"))


def test_each_format_through_the_sandbox() -> None:
    for name, data in (
        ("a.html", PAGE.encode()),
        ("a.pdf", make_pdf([GOOD])),
        ("a.rss", RSS.encode()),
        ("a.md", f"# T\n\n{GOOD}".encode()),
    ):
        found = list(read_bytes(data, name))
        assert isinstance(found[0], Document), name
        assert found[0].raw_sha256
