"""Holds an answer to what must hold of this one and of every one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from hostile.cases import CUT, Case
from hostile.client import Answer

_PROBLEM = "application/problem+json"
_REPORTS = frozenset({"text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "application/trig"})
#: What a fault of a program looks like when it is shown to a stranger.
_TRACES = (b"Traceback (most recent call last)", b'File "', b"panicked at", b"RUST_BACKTRACE", b'.py", line', b"stack overflow")
_PATH = re.compile(rb"(?<![\w:/.>-])/(?:usr|home|root|opt|srv|var|etc|proc|sys|work|tmp|build|lib|mnt)/[\w./+-]{2,}")
_CODE = re.compile(r"[a-z][a-z_]{2,40}\Z")
_MEMBERS = {"type": str, "title": str, "status": int, "detail": str, "code": str}
#: Longest sentence of an error in characters: it names what was sent, and does not repeat all of it.
_LONGEST_DETAIL = 2000


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every answer of one service.

    Attributes:
        deadline_s: Time a query may take.
        grace_s: Time by which an answer may be later than the deadline.
        request_limit_s: Time in which a request must have been sent.
        secrets: What must be in no answer, as the content of a file that was never given away.
        hidden: Folders of the installation and of the store; in no error.
        host: "address:port" of the service, to which alone redirects may lead.
    """

    deadline_s: float
    grace_s: float
    request_limit_s: float
    secrets: tuple[bytes, ...]
    hidden: tuple[bytes, ...]
    host: str


def judge(case: Case, answer: Answer, rules: Rules) -> list[str]:
    """Return what is wrong with an answer, in sentences; nothing where all is well."""
    wrong: list[str] = []
    allowed_s = rules.deadline_s + rules.grace_s + case.slow_s
    if case.may_close and answer.status == 0:
        if answer.late or answer.seconds > max(allowed_s, rules.request_limit_s + 1.0):
            wrong.append(f"the connection stayed open for {answer.seconds:.2f} s")
        return wrong
    if answer.late:
        return [f"no answer within {answer.seconds:.2f} s"]
    if answer.status == 0:
        return [f"the connection was closed without an answer after {answer.seconds:.2f} s"]
    if case.may_close:
        allowed_s = max(allowed_s, rules.request_limit_s + 1.0)
    if answer.seconds > allowed_s:
        wrong.append(f"took {answer.seconds:.2f} s, {answer.seconds - rules.deadline_s:.2f} s over the deadline")
    if outcome(answer) not in case.statuses:
        wrong.append(f"answered {_named(outcome(answer))}, not one of {_several(case.statuses)}: {_shown(answer.body)}")
    # An error may repeat what was sent, so that what a case must not get is looked for in answers alone.
    for secret in (*rules.secrets, *(case.absent if answer.status < 400 else ())):
        if secret in answer.body or secret.decode("latin-1") in str(answer.headers):
            wrong.append("the answer holds what must not be seen")
    if "location" in answer.headers:
        target = urlsplit(answer.headers["location"])
        if target.netloc not in ("", rules.host) or target.scheme not in ("", "http"):
            wrong.append(f"redirected to {answer.headers['location'][:100]}")
    if answer.status >= 400:
        wrong += _error(case, answer, rules)
    elif answer.status == 200 and answer.whole:
        wrong += _complete(answer)
    return wrong


def outcome(answer: Answer) -> int:
    """Return the status of an answer; `CUT` for a 200 that was broken off."""
    return answer.status if answer.whole or answer.status != 200 else CUT


def _error(case: Case, answer: Answer, rules: Rules) -> list[str]:
    wrong: list[str] = []
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if case.request.method == "HEAD":
        return wrong
    if kind == _PROBLEM:
        try:
            problem = json.loads(answer.body)
        except ValueError:
            return [f"a problem that is no JSON: {_shown(answer.body)}"]
        for name, type_ in _MEMBERS.items():
            if type(problem.get(name)) is not type_:
                wrong.append(f"a problem without {name}: {_shown(answer.body)}")
        if problem.get("status") != answer.status:
            wrong.append(f"a problem that says {problem.get('status')} in an answer of {answer.status}")
        code = str(problem.get("code"))
        if not _CODE.match(code):
            wrong.append(f"a problem with the code {code[:60]!r}")
        if case.codes and code not in case.codes:
            wrong.append(f"the code {code}, not {' or '.join(sorted(case.codes))}: {_shown(answer.body)}")
        if len(str(problem.get("detail"))) > _LONGEST_DETAIL:
            wrong.append(f"a detail of {len(str(problem.get('detail')))} characters")
    elif answer.status == 422 and kind in _REPORTS:
        pass  # what the shapes found is told as RDF
    elif kind == "text/html":
        if case.codes:
            wrong.append("a page where a problem with a code was due")
    elif not (case.may_close and kind == "text/plain" and len(answer.body) < 200):
        # Before there is a request there is nothing to negotiate, so that a short sentence will do.
        wrong.append(f"an error as {kind or 'nothing'}: {_shown(answer.body)}")
    if any(trace in answer.body for trace in _TRACES):
        wrong.append(f"an error that shows a trace: {_shown(answer.body)}")
    if any(folder in answer.body for folder in rules.hidden):
        wrong.append(f"an error that shows a folder of the server: {_shown(answer.body)}")
    sent = case.request.wire(rules.host)
    sent += unquote_to_bytes(sent.replace(b"+", b" "))
    for path in _PATH.findall(answer.body.replace(b"\\/", b"/")):
        if path.rstrip(b".") not in sent:
            wrong.append(f"an error that shows the path {path[:80]!r}")
    return wrong


def _complete(answer: Answer) -> list[str]:
    """Return what is wrong with a body that should be whole."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if answer.body and kind in {"application/sparql-results+json", "application/json", "application/ld+json"}:
        try:
            json.loads(answer.body)
        except ValueError:
            return [f"a 200 whose JSON does not parse: …{_shown(answer.body[-100:])}"]
    if answer.body and kind == "application/sparql-results+xml" and not answer.body.rstrip().endswith(b"</sparql>"):
        return [f"a 200 whose XML does not end: …{_shown(answer.body[-100:])}"]
    return []


def _several(statuses: frozenset[int]) -> str:
    return ", ".join(_named(status) for status in sorted(statuses))


def _named(status: int) -> str:
    return "a cut 200" if status == CUT else str(status)


def _shown(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace").replace("\n", " ")
