"""Nothing that a stranger sends takes the service down, makes it call out, or keeps it from answering others.

The short form of `bench/hostile.py`: all fixed cases that are quick, some bombs, and some hundred random requests. Times are
allowed a little more here than there, because other tests run beside.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hostile import bombs, generated
from hostile.attack import Attack, fixed_cases, suffering
from hostile.behind import unscanned
from hostile.canary import Canary
from hostile.cases import OK, REFUSED, Case, Request, query_get
from hostile.client import Answer, ask
from hostile.federation import disguises
from hostile.judging import Rules, judge
from hostile.service import offers

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.alone]

SEED = 20_240_229
GRACE_S = 1.5


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    with Attack(tmp_path_factory.mktemp("hostile"), GRACE_S) as made:
        yield made


@pytest.fixture(scope="module")
def fixed(attack: Attack) -> list[Case]:
    return fixed_cases(attack.canary)


def short(fixed: list[Case]) -> list[Case]:
    """Return all quick cases, of those that a writing service gets only each fifth beside those that want it to call out."""
    quick = [case for case in fixed if not case.heavy]
    calling = {"service", "load", "from", "context"}
    writing = [case for case in quick if case.variant != "read" and case.group not in calling]
    return [case for case in quick if case.variant == "read" or case.group in calling] + writing[::5]


def shown(wrong: list[str]) -> str:
    return f"{len(wrong)} findings:\n" + "\n".join(one[:400] for one in wrong[:20])


# --- the harness itself -----------------------------------------------------------------------------------------------

RULES = Rules(2.0, 0.5, 4.0, (b"the-secret",), (b"/srv/store",), "127.0.0.1:1")
PROBLEM = {"type": "x", "title": "Bad Request", "status": 400, "detail": "no", "code": "bad_request"}
CASE = Case("group/name", query_get("ASK {}"), OK | REFUSED, frozenset({"bad_request"}))


def problem(**changes: object) -> Answer:
    return Answer(400, {"content-type": "application/problem+json"}, json.dumps(PROBLEM | changes).encode(), 0.1)


def test_what_is_right_is_not_found() -> None:
    assert judge(CASE, problem(), RULES) == []
    assert judge(CASE, Answer(200, {"content-type": "application/json"}, b"{}", 2.4), RULES) == []
    sent = Case("group/path", Request(target="/q/%2Fetc%2Fpasswd"), REFUSED)
    assert judge(sent, problem(detail="there is nothing at /etc/passwd"), RULES) == []


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (problem(detail="see /usr/lib/python3/x.py"), "shows the path"),
        (problem(detail="in /srv/store/db"), "shows a folder"),
        (problem(detail="Traceback (most recent call last)"), "shows a trace"),
        (problem(detail="the-secret"), "must not be seen"),
        (problem(status=404), "says 404 in an answer of 400"),
        (problem(code="other"), "the code other"),
        (problem(title=None), "without title"),
        (problem(detail="x" * 3000), "characters"),
        (Answer(400, {"content-type": "text/plain"}, b"no", 0.1), "an error as text/plain"),
        (Answer(400, {"content-type": "application/problem+json"}, b"{", 0.1), "no JSON"),
        (Answer(500, {"content-type": "application/problem+json"}, problem().body, 0.1), "answered 500"),
        (Answer(200, {"content-type": "application/json"}, b'{"a":', 0.1), "does not parse"),
        (Answer(200, {"content-type": "application/sparql-results+xml"}, b"<sparql>", 0.1), "does not end"),
        (Answer(200, {}, b"x", 0.1, whole=False), "answered a cut 200"),
        (Answer(200, {}, b"", 2.6), "over the deadline"),
        (Answer(0, {}, b"", 9.0, whole=False, late=True), "no answer within"),
        (Answer(0, {}, b"", 0.1, whole=False), "closed without an answer"),
        (Answer(307, {"location": "http://evil.example/"}, b"", 0.1), "redirected"),
    ],
)
def test_what_is_wrong_is_found(answer: Answer, what: str) -> None:
    assert any(what in one for one in judge(CASE, answer, RULES))


def test_canary_counts_and_gives_its_secret_away(tmp_path: Path) -> None:
    with Canary(tmp_path) as canary:
        answer = ask(("127.0.0.1", canary.port), Request(target="/x"), 2.0)
        assert (canary.hits, canary.secret.encode() in answer.body) == (1, True)
        rules = replace(RULES, secrets=(canary.secret.encode(),))
        assert judge(CASE, answer, rules) == ["the answer holds what must not be seen"]


def test_client_tells_of_an_answer_that_is_cut() -> None:
    class Cutting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Cutting) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        answer = ask(("127.0.0.1", server.server_port), Request(target="/"), 2.0)
        thread.join()
    assert (answer.status, answer.whole, answer.body) == (200, False, b"half")


def test_random_requests_are_the_same_for_the_same_seed() -> None:
    first, again, other = ([case.request for case in generated.cases(seed, 50)] for seed in (1, 1, 2))
    assert first == again != other


def test_there_are_enough_fixed_cases_and_each_has_its_name(fixed: list[Case]) -> None:
    assert len(fixed) >= 400
    assert len({case.name for case in fixed}) == len(fixed)
    assert len(disguises(1)) == 13


# --- the service ------------------------------------------------------------------------------------------------------


def test_fixed_cases(attack: Attack, fixed: list[Case]) -> None:
    with attack.normal() as client:
        wrong = attack.send(short(fixed), 4)
    assert not wrong, shown(wrong)
    assert attack.report.cases > 2000
    assert not suffering(client.seen, GRACE_S, ())


def test_nesting_patterns_and_texts(attack: Attack, fixed: list[Case]) -> None:
    heavy = [case for case in fixed if case.heavy and case.group in {"nesting", "pattern", "text"} and case.variant == "read"]
    wrong = attack.send([case for case in heavy if case.group != "nesting" or len(case.request.body) > 5_000], 3)
    assert not wrong, shown(wrong)


def test_some_bombs_beside_normal_requests(attack: Attack, fixed: list[Case]) -> None:
    planners = [case for case in fixed if case.group == "planner"]
    with attack.normal() as client:
        wrong = attack.send([*bombs.worst(), *planners[4::10]], 8)
    for service in attack.services():
        service.remember_files()
    assert not wrong, shown(wrong)
    assert not suffering(client.seen, GRACE_S)


def test_random_requests(attack: Attack) -> None:
    print(f"the seed is {SEED}")
    with attack.normal() as client:
        wrong = attack.send(generated.cases(SEED, 300), 6)
    assert not wrong, shown(wrong)
    assert not suffering(client.seen, GRACE_S)


@pytest.mark.skipif(not offers("open"), reason="this crisiskg serves read-only")
def test_bombs_in_updates_leave_the_writer_alive(attack: Attack, fixed: list[Case]) -> None:
    wrong = attack.send([case for case in fixed if case.group == "update-bomb"][::3], 2)
    write = Request("PUT", "/graphs?graph=urn:after", (("Content-Type", "text/turtle"),), b"<urn:a> <urn:b> <urn:c> .")
    wrong += attack.send([Case("after/write", write, frozenset({201, 204}), variant="open", slow_s=5.0)])
    assert not wrong, shown(wrong)


def test_slow_clients(attack: Attack) -> None:
    attack.service("read")
    unread: list[object] = []
    beside = threading.Thread(target=lambda: unread.append(attack.unread(10)))
    beside.start()
    held, seen = attack.half_open(200, 12.0)
    beside.join()
    assert (held.refused, held.left) == (0, 0)
    assert held.longest_s <= 4.0 + 1.0 + GRACE_S
    assert held.opened >= 400
    assert not suffering(seen, GRACE_S, ())
    assert unread[0].left == 0, "the service waits for ever for clients that read nothing"  # type: ignore[attr-defined]


def test_one_client_spends_its_own_budget_only(attack: Attack) -> None:
    assert not attack.budgets()


def test_a_token_counts_in_its_place_alone(attack: Attack) -> None:
    assert not attack.tokens()


def test_a_worker_has_no_network_even_where_nobody_looks_at_the_query(attack: Attack) -> None:
    before = attack.canary.hits
    ends = unscanned(attack.folder / "store", attack.canary.port)
    assert attack.canary.hits == before
    assert set(ends) == set(disguises(1))
    assert ends["plain"] == "X"


def test_afterwards_everything_is_as_before(attack: Attack) -> None:
    attack.service("read")
    assert attack.canary.hits == 0
    wrong = attack.aftermath()
    assert not wrong, shown(wrong)
