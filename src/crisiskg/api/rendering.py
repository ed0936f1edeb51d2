"""Pages: templates with everything escaped, links that lead to where they should, and headers that forbid the rest."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from crisiskg import __version__
from crisiskg.api.headings import unlabelled
from crisiskg.api.presentation import day, words
from crisiskg.namespaces import CKG, CKGC, CKGT, PREFIXES

if TYPE_CHECKING:
    from fastapi import Request

#: Pages load nothing from elsewhere, run no script, and cannot be framed.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# What can reverse the direction of the text around it (CVE-2021-42574).
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)

#: How factuality is told to readers.
FACTUALITY: dict[str, str] = {
    "happened": "happened",
    "ongoing": "goes on",
    "claimed": "claimed",
    "planned": "planned",
    "threatened": "threatened",
    "feared": "feared",
    "hypothetical": "hypothetical",
    "denied": "denied",
}


class Renderer:
    """Renders the templates.

    Args:
        base_iri: Base of the IRIs of data; what is below it is linked to `/id/…` of this server.
    """

    def __init__(self, base_iri: str) -> None:
        self.base_iri = base_iri
        self._environment = Environment(
            loader=PackageLoader("crisiskg.api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.filters.update(href=self.href, short=self.short, plain=plain, badge=badge)
        self._environment.filters.update(host=host, is_term=is_term, spaced=words, day=day)
        self._environment.globals.update(
            version=__version__, facts=FACTUALITY, style=hashlib.sha256(style_sheet()).hexdigest()[:8]
        )

    def page(
        self, request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Return a page."""
        root = str(request.scope.get("root_path", "")).rstrip("/")
        text = self._environment.get_template(template).render(root=root, path=request.url.path, **values)
        return HTMLResponse(text, status, {"Vary": "Accept", **SECURITY_HEADERS, **(headers or {})})

    def href(self, iri: object) -> str | None:
        """Return where a link to an IRI leads: to our own page, or to the web; None where it should lead nowhere.

        >>> Renderer("https://w3id.org/crisiskg/id/").href("https://w3id.org/crisiskg/id/entity/Q912")
        '/id/entity/Q912'
        >>> Renderer("https://w3id.org/crisiskg/id/").href("javascript:alert(1)") is None
        True
        """
        text = str(iri)
        if text.startswith(self.base_iri):
            return "/id/" + quote(text[len(self.base_iri) :], safe="/-._~")
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        return text if parts.scheme in ("http", "https") and parts.netloc else None

    def short(self, iri: object) -> str:
        """Return an IRI as people read it: with a prefix, or by its class or path below the base.

        >>> Renderer("https://w3id.org/crisiskg/id/").short("https://w3id.org/crisiskg/ontology#Event")
        'ckg:Event'
        """
        text = str(iri)
        if text.startswith(self.base_iri):
            name = unlabelled(text)
            return name if text.count("/") > self.base_iri.count("/") + 1 else text[len(self.base_iri) :]
        for prefix, start in PREFIXES.items():
            if text.startswith(start) and len(text) > len(start):
                return f"{prefix}:{text[len(start) :]}"
        return text


def style_sheet() -> bytes:
    """Return the style sheet; pages name it by a part of its digest, so that browsers never keep an old one."""
    return resources.files("crisiskg.api").joinpath("static", "crisiskg.css").read_bytes()


def plain(text: object) -> str:
    """Return text without the characters that reverse the direction of what stands around it.

    >>> plain("a\u202eb")
    'ab'
    """
    return str(text).translate(_BIDI)


def host(address: object) -> str:
    """Return the server of an address, for links that are named by it.

    >>> host("https://www.unhcr.org/where/x")
    'unhcr.org'
    """
    try:
        name = urlsplit(str(address)).hostname
    except ValueError:
        name = None
    return plain(name or address).removeprefix("www.")


def is_term(iri: object) -> bool:
    """Tell whether an IRI is a class, property or code, which has no page of its own here.

    >>> is_term("https://w3id.org/crisiskg/code/gap-not-stated"), is_term("https://w3id.org/crisiskg/id/entity/Q912")
    (True, False)
    """
    return str(iri).startswith((CKG, CKGC, CKGT))


def badge(factuality: object) -> str:
    """Return a word for how far something is told as fact, from a code or the end of its IRI.

    >>> badge("https://w3id.org/crisiskg/code/fact-ongoing")
    'ongoing'
    """
    name = str(factuality).rpartition("fact-")[2]
    return name if name in FACTUALITY else "other"
