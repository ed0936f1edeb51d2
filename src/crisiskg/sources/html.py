"""Reads HTML: main text, captions, and what JSON-LD, Open Graph and other metadata say about it."""

from __future__ import annotations

import json
import re
from typing import Any

from crisiskg.documents import DateBounds, Document, DocumentKind
from crisiskg.errors import EmptySource, MalformedSource, SourceError
from crisiskg.sources.pages import kinds
from crisiskg.sources.pages.dates import from_metadata
from crisiskg.sources.pages.lines import Line, breadcrumb_kind
from crisiskg.sources.pages.markup import blocks, check_markup
from crisiskg.sources.pages.page import Hints, read_lines
from crisiskg.sources.text import Origin, SourceFailure, check_length, clean, decode, one_line, safe_url

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_FURNITURE = (
    "//nav|//footer|//aside|//form|//dialog|//*[@hidden or @aria-hidden='true']"
    "|//*[@role='navigation' or @role='banner' or @role='search' or @role='contentinfo']"
)


def parse(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the document of an HTML page.

    Raises:
        SourceError: it is no text, holds nothing to read, or is made to be expensive.
    """
    declared = _META_CHARSET.search(data[:4096])
    decoded = decode(data, origin.charset or (declared[1].decode("ascii") if declared else None))
    text, changed = clean(decoded.text)
    check_markup(text)
    tree = _tree(text)
    data_of = _Metadata(tree, origin)
    lines, captions = _main_text(text, tree)
    if not lines:
        raise EmptySource("there is nothing to read in it: the page has no text")
    check_length("\n".join(line.text for line in lines), origin.max_chars)
    hints = Hints(
        title=data_of.title,
        kind=data_of.kind,
        publisher=data_of.publisher,
        authors=data_of.authors,
        published=data_of.published,
        url=data_of.url,
        language=data_of.language,
        captions=tuple(captions),
        single=True,
        warnings=(*decoded.warnings, *changed),
    )
    return list(read_lines(lines, origin, hints))


def _tree(text: str) -> Any:
    from lxml import html

    try:
        # Text with a declaration of its encoding is refused by lxml as str.
        tree = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except Exception as error:  # lxml raises several kinds
        raise MalformedSource(f"it cannot be read as HTML: {one_line(str(error), 100)}") from None
    return tree


class _Metadata:
    """What the page's own metadata say; JSON-LD wins over Open Graph, this over other tags."""

    def __init__(self, tree: Any, origin: Origin) -> None:
        self._meta: dict[str, list[str]] = {}
        for element in tree.iter("meta"):
            key = str(element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
            value = one_line(str(element.get("content") or ""))
            if key and value:
                self._meta.setdefault(key, []).append(value)
        self._linked = _linked_data(tree)
        canonical = next(
            (element.get("href") for element in tree.iter("link") if (element.get("rel") or "").lower() == "canonical"), None
        )
        self.url = origin.url or safe_url(canonical) or safe_url(self._first("og:url")) or safe_url(self._from_linked("url"))
        self.title = self._title(tree)
        self.publisher = self._publisher()
        self.authors = self._authors()
        self.published = self._published(tree)
        self.kind = self._kind()
        language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        self.language = (
            language.lower()
            if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language) and not language.lower().startswith("en")
            else None
        )

    def _first(self, *keys: str) -> str | None:
        return next((self._meta[key][0] for key in keys if key in self._meta), None)

    def _from_linked(self, key: str) -> object:
        return next((item[key] for item in self._linked if key in item), None)

    def _title(self, tree: Any) -> str | None:
        headline = self._from_linked("headline")
        headings = [text for element in tree.iter("h1") if (text := one_line(element.text_content()))]
        head = next((one_line(element.text_content()) for element in tree.iter("title")), None)
        stated = (
            one_line(headline)
            if isinstance(headline, str)
            else self._first("og:title", "twitter:title", "dc.title", "citation_title")
        )
        for heading in headings:
            if (stated and (heading in stated or stated in heading)) or (head and heading in head):
                return heading
        if headings and len(headings) == 1 and len(headings[0]) > 3:
            return headings[0]
        return stated or (re.split(r"\s+[|–—·]\s+", head)[0] if head else None) or (headings[0] if headings else None)

    def _publisher(self) -> str | None:
        value = self._from_linked("publisher")
        if isinstance(value, list) and value:
            value = value[0]
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str) and name.strip() and "://" not in name:
            return one_line(name, 120)
        return self._first("og:site_name", "dc.publisher", "citation_publisher", "publisher")

    def _authors(self) -> tuple[str, ...]:
        found: list[str] = []
        value = self._from_linked("author") or []
        for item in value if isinstance(value, list) else [value]:
            name = item.get("name") if isinstance(item, dict) else item
            kind = str(item.get("@type", "")) if isinstance(item, dict) else ""
            if isinstance(name, str) and "Organization" not in kind:
                found += re.split(r"\s*(?:,|;| and | & )\s*", one_line(name, 300))
        if not found:
            for key in ("author", "article:author", "dc.creator", "citation_author", "parsely-author", "byl"):
                for text in self._meta.get(key, []):
                    found += re.split(r"\s*(?:,|;| and | & )\s*", re.sub(r"\A[Bb]y\s+", "", text))
        return tuple(dict.fromkeys(name for name in found if _is_person(name)))

    def _published(self, tree: Any) -> DateBounds | None:
        candidates: list[object] = [self._from_linked("datePublished"), self._from_linked("uploadDate")]
        keys = [
            "article:published_time",
            "og:published_time",
            "datepublished",
            "date",
            "dc.date",
            "dc.date.issued",
            "dcterms.date",
        ]
        keys += ["citation_publication_date", "parsely-pub-date", "pubdate", "publish-date", "sailthru.date"]
        candidates += [value for key in keys for value in self._meta.get(key, [])]
        times = [element for element in tree.iter("time") if element.get("datetime")]
        # A page shows the dates of its teasers as well: only a single one, or one that says it is this page's, counts.
        marked = [element for element in times if "pubdate" in element.attrib or element.get("itemprop") == "datePublished"]
        days = {str(element.get("datetime"))[:10] for element in times}
        candidates += [element.get("datetime") for element in marked or (times if len(days) == 1 else [])]
        return next((bounds for value in candidates if (bounds := from_metadata(value))), None)

    def _kind(self) -> DocumentKind | None:
        for item in self._linked:
            types = item.get("@type")
            for name in types if isinstance(types, list) else [types]:
                if isinstance(name, str) and (kind := kinds.by_schema_type(name)):
                    return kind
        section = self._first("article:section", "og:section", "content_type", "type")
        found = breadcrumb_kind(section) if section else None
        return found or None  # type: ignore[return-value] # the table of labels holds kinds only


def _is_person(name: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d_][\w.’' -]{1,60} [\w.’' -]{1,60}", name)) and "staff" not in name.lower()


def _linked_data(tree: Any) -> list[dict[str, Any]]:
    """Return the JSON-LD objects that describe a creative work, with the whole page's objects after them."""
    found: list[dict[str, Any]] = []
    for element in list(tree.iter("script"))[:50]:
        if "ld+json" not in (element.get("type") or "").lower():
            continue
        try:
            value = json.loads((element.text or "")[:500_000])
        except (ValueError, RecursionError):
            continue  # metadata that cannot be read is no reason to refuse the page
        items = value if isinstance(value, list) else value.get("@graph", [value]) if isinstance(value, dict) else []
        found += [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    works = ("article", "posting", "episode", "report", "creativework", "webpage", "pressrelease")
    described = [item for item in found if any(work in str(item.get("@type", "")).lower() for work in works)]
    return sorted(described, key=lambda item: "webpage" in str(item.get("@type", "")).lower())


def _main_text(text: str, tree: Any) -> tuple[list[Line], list[str]]:
    """Return the lines of the main text, and the captions of its pictures."""
    captions = []
    root = _main_element(tree)
    for element in list(root.iter("figcaption"))[:20]:
        caption = one_line(element.text_content(), 600)
        if len(caption.split()) >= 4 and caption not in captions:
            captions.append(caption)
        _drop(element)
    for element in tree.xpath(_FURNITURE):
        _drop(element)
    own = blocks(root)
    extracted = _extracted(text)
    if extracted:
        wanted = {line for part in extracted.split("\n") if (line := _squeeze(part))}
        kept = [line for line in own if line.heading or _squeeze(line.text) in wanted]
        words = sum(line.words for line in kept if not line.heading)
        whole = sum(line.words for line in own if line.prose)
        # Where the extractor dropped paragraphs (it leaves repeated ones out) or joined blocks, ours are better.
        if words >= 0.8 * whole:
            own = kept + [line for line in own if _is_people(line, own) and line not in kept]
            own.sort(key=lambda line: line.index)
    elif not any(line.prose for line in own):
        own = blocks(tree)
    lines = [Line(line.text, index, True, line.heading) for index, line in enumerate(own)]
    return lines, [caption for caption in captions if not any(caption == line.text for line in lines)]


def _is_people(line: Line, lines: list[Line]) -> bool:
    """Tell whether a line is part of a block of contributors, which extractors take for furniture."""
    from crisiskg.sources.pages.contributors import part_of_heading

    heads = [other.index for other in lines if part_of_heading(other.folded)]
    return any(0 <= line.index - head <= 12 for head in heads)


def _main_element(tree: Any) -> Any:
    for path in ("//article", "//main", "//*[@role='main']", "//*[@itemprop='articleBody']"):
        found = [element for element in tree.xpath(path) if len(element.text_content().split()) >= 40]
        if len(found) == 1 or (found and path == "//article" and _much_larger(found)):
            return max(found, key=lambda element: len(element.text_content()))
    return tree


def _much_larger(elements: list[Any]) -> bool:
    sizes = sorted((len(element.text_content()) for element in elements), reverse=True)
    return sizes[0] > 3 * sizes[1]


def _squeeze(text: str) -> str:
    return re.sub(r"[^\w]+", "", text.lower())


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _extracted(text: str) -> str | None:
    import trafilatura

    try:
        found = trafilatura.extract(text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False)
    except (MemoryError, SourceError):
        raise
    except Exception:
        return None  # our own blocks are read instead
    return str(found) if found else None
