"""Documentation under test: what can be named is named, links lead somewhere, command lines are ones that the program takes.

Each lister takes the text of a page and returns what the page lacks, so that every one of them can be shown to fail.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pyoxigraph as ox
import pytest
from fastapi import FastAPI

from crisiskg.api import create_app
from crisiskg.cli import EXIT_CODES, root
from crisiskg.errors import CrisiskgError
from crisiskg.namespaces import CKG, OWL, RDF
from crisiskg.queries import load_queries
from crisiskg.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
#: Pages whose links and command lines are held to be right.
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), ROOT / "sample" / "README.md"])
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def page(name: str) -> str:
    """Return the text of a page in docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def spans(text: str) -> list[set[str]]:
    """Return the words of each code span outside of code blocks; table cells write | as \\|."""
    return [set(re.findall(r"[^\s|\\,]+", span)) for span in _CODE_SPAN.findall(_FENCE.sub("", text))]


# --- commands and options ---------------------------------------------------------------------------------------------


def commands(group: click.Group = root, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with its path; the named queries, which are commands of `query`, are listed in docs/api.md."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group) and name != "query":
            yield from commands(found, (*path, name))


def options(command: click.Command) -> Iterator[str]:
    """Yield the long name of each option."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield max(parameter.opts, key=len)


def undocumented_commands(text: str, listed: Iterable[tuple[str, ...]]) -> list[str]:
    """Return commands that stand in no code span of a page."""
    words = spans(text)
    return [" ".join(path) for path in listed if not any(set(path) <= span for span in words)]


def undocumented_words(text: str, listed: Iterable[str]) -> list[str]:
    """Return names that stand in no code span of a page."""
    words: set[str] = set().union(*spans(text))
    return sorted({name for name in listed if name not in words})


def test_every_command_is_documented() -> None:
    listed = [path for path, _ in commands()]

    assert ("quarantine", "retry") in listed
    assert undocumented_commands(page("cli.md"), listed) == []


def test_every_option_is_documented() -> None:
    listed = [option for _, command in commands() for option in options(command)]

    assert {"--dry-run", "--store", "--json"} <= set(listed)
    assert undocumented_words(page("cli.md"), [*listed, *options(root)]) == []


def test_an_undocumented_command_or_option_is_found() -> None:
    text = page("cli.md")

    assert undocumented_commands(text, [("ingest",), ("distil",), ("quarantine", "ferment")]) == ["distil", "quarantine ferment"]
    assert undocumented_words(text, ["--store", "--distil"]) == ["--distil"]


def undocumented_codes(text: str, codes: Iterable[int]) -> list[int]:
    """Return exit codes that have no row in the table of a page."""
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    return sorted(set(codes) - rows)


def exit_codes(error: type[CrisiskgError] = CrisiskgError) -> set[int]:
    """Return the exit codes of all errors."""
    return {error.exit_code}.union(*(exit_codes(below) for below in error.__subclasses__()))


def test_every_exit_code_is_documented() -> None:
    in_help = {int(number) for number in re.findall(r"(?:^|\s)(\d+) ", EXIT_CODES)}

    assert undocumented_codes(page("cli.md"), exit_codes() | in_help) == []
    assert exit_codes() <= in_help
    assert undocumented_codes(page("cli.md"), [0, 99]) == [99]


# --- settings -----------------------------------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    text = page("settings.md")

    assert undocumented_words(text, Settings.model_fields) == []
    assert undocumented_words(text, [*Settings.model_fields, "distillation_time_s"]) == ["distillation_time_s"]


# --- routes and named queries -------------------------------------------------------------------------------------------


class NoAsker:
    """Answers nothing: the routes are only listed."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def app(filled_settings: Settings) -> FastAPI:
    """The application over the shared store."""
    return create_app(filled_settings, NoAsker())  # type: ignore[arg-type]


def routes(app: FastAPI) -> set[str]:
    """Return the paths of an application, one for all named queries, with placeholders as docs/api.md writes them."""
    paths = {str(getattr(route, "path", "")) for route in app.routes}
    paths |= set(app.openapi()["paths"])
    names = "|".join(map(re.escape, load_queries()))
    found = set()
    for path in filter(None, paths):
        path = re.sub(rf"^/q/(?:{names})(\.\w+)?$", "/q/NAME", path)
        found.add(re.sub(r"\{path(?::path)?\}", "…", path).replace("{name}", "NAME"))
    return found


def test_every_route_is_documented(app: FastAPI) -> None:
    listed = routes(app)

    assert {"/sparql", "/q/", "/q/NAME", "/id/…", "/healthz", "/openapi.json"} <= listed
    assert undocumented_words(page("api.md").replace("?q=", ""), listed) == []


def test_an_undocumented_route_is_found(app: FastAPI) -> None:
    @app.get("/distil")
    def distil() -> None:
        """Planted."""

    assert "/distil" in routes(app)
    assert undocumented_words(page("api.md").replace("?q=", ""), routes(app)) == ["/distil"]


def undocumented_queries(text: str, listed: dict[str, list[str]]) -> list[str]:
    """Return named queries without a row of their own, or parameters that their row does not name."""
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `([\w-]+)` \|.*$", text, re.MULTILINE)}
    missing = []
    for name, parameters in listed.items():
        words = set().union(*spans(rows.get(name, "")), set())
        missing += [name] if name not in rows else [f"{name} {one}" for one in parameters if one not in words]
    return missing


def test_every_named_query_is_documented() -> None:
    listed = {query.name: [parameter.name for parameter in query.parameters] for query in load_queries().values()}
    text = page("api.md")

    assert len(listed) >= 10
    assert undocumented_queries(text, listed) == []
    assert undocumented_queries(text, {"distil": [], "events": ["actor", "proof"]}) == ["distil", "events proof"]


# --- the vocabulary -----------------------------------------------------------------------------------------------------


def terms(file: Path) -> set[str]:
    """Return classes and properties that a Turtle file defines, as the guide writes them."""
    kinds = {ox.NamedNode(OWL + kind) for kind in ("Class", "ObjectProperty", "DatatypeProperty")}
    return {
        "ckg:" + quad.subject.value.removeprefix(CKG)
        for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == RDF + "type"
        and quad.object in kinds
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(CKG)
    }


def test_every_class_and_property_is_documented(tmp_path: Path) -> None:
    listed = terms(ROOT / "ontology" / "crisiskg.ttl")
    planted = tmp_path / "planted.ttl"
    planted.write_text(f"<{CKG}Distillery> a <{OWL}Class> .", encoding="utf-8")

    assert {"ckg:Event", "ckg:hasActor", "ckg:quote"} <= listed
    assert undocumented_words(page("ontology.md"), listed) == []
    assert undocumented_words(page("ontology.md"), terms(planted)) == ["ckg:Distillery"]


# --- links --------------------------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a Markdown page."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(folder: Path, text: str) -> list[str]:
    """Return relative links of a page in a folder that lead to no file or no heading."""
    broken = []
    for target in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        file = folder / path if path else None
        is_there = file is None or file.exists()
        if is_there and anchor:
            is_there = anchor in anchors(text if file is None else file.read_text(encoding="utf-8"))
        if not is_there:
            broken.append(target)
    return broken


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path.parent, path.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_found() -> None:
    text = "# Here\n[a](nowhere.md) [b](cli.md#exit-codes) [c](cli.md#no-such-heading) [d](#here) [e](https://example.org/x)"

    assert broken_links(DOCS, text) == ["nowhere.md", "cli.md#no-such-heading"]


def broken_paths(text: str) -> list[str]:
    """Return files of the project that a page names in a code span and that are not there."""
    named = re.findall(r"`((?:docs|src|tests|shapes|queries|ontology|sample|requirements|bench)/[\w./-]*)`", text)
    return [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_are_there(path: Path) -> None:
    assert broken_paths(path.read_text(encoding="utf-8")) == []


def test_a_file_that_is_not_there_is_found() -> None:
    assert broken_paths("`docs/nowhere.md`, `docs/cli.md`, `docs/`") == ["docs/nowhere.md"]


# --- command lines ------------------------------------------------------------------------------------------------------


def command_lines(text: str) -> list[str]:
    """Return the `crisiskg …` command lines of the shell blocks of a page, without prompt, pipe, redirection or comment."""
    lines = []
    for language, block in _FENCE.findall(text):
        if language not in {"sh", "bash", "console", "shell"}:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            if language == "console" and not line.startswith("$ "):
                continue  # output
            lines += [shlex.join(words) for words in commands_of(line.removeprefix("$ ")) if words[0] == "crisiskg"]
    return lines


def commands_of(line: str) -> list[list[str]]:
    """Return the words of each command of a line of shell; what follows a redirection is no word of it."""
    lexer = shlex.shlex(re.sub(r"\s#\s.*", "", line), posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if set(word) <= set("|&;"):
            found.append([])
            redirected = False
        elif set(word) <= set("<>"):
            redirected = True
        elif not redirected:
            found[-1].append(word)
    return [words for words in found if words]


def complaint(line: str) -> str:
    """Return what the program says against a command line without running it; empty where it takes it."""
    words = shlex.split(line)[1:]
    command: click.Command = root
    context: click.Context | None = None
    try:
        while True:
            context = command.make_context(command.name, words, parent=context, obj={})
            rest = [*getattr(context, "_protected_args", []), *context.args]
            if not isinstance(command, click.Group) or not rest:
                return ""
            _, found, words = command.resolve_command(context, rest)
            assert found is not None
            command = found
    except click.exceptions.Exit:
        return ""  # --help and --version
    except (click.ClickException, CrisiskgError) as error:
        return f"{line}: {error.message}"


def in_makefile() -> list[str]:
    """Return the command lines of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return [re.sub(r"\$\((\w+)\)", lambda name: {"PORT": "8000"}.get(name[1], name[1]), line) for line in
            re.findall(r"^\t@?\$\(BIN\)/(crisiskg .*)$", text, re.MULTILINE)]  # fmt: skip


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_command_lines_are_ones_that_the_program_takes(path: Path) -> None:
    assert [said for line in command_lines(path.read_text(encoding="utf-8")) if (said := complaint(line))] == []


def test_command_lines_of_the_makefile() -> None:
    lines = in_makefile()

    assert len(lines) >= 3
    assert [said for line in lines if (said := complaint(line))] == []


@pytest.mark.parametrize(
    "line",
    [
        "crisiskg distil --store s a.txt",
        "crisiskg ingest --stroe s a.txt",
        "crisiskg query evnets --store s",
        "crisiskg query events --to 2022-12-31",
        "crisiskg quarantine ferment",
        "crisiskg export --format docx",
        "crisiskg serve --port many",
        "crisiskg ingest",
    ],
)
def test_a_wrong_command_line_is_found(line: str) -> None:
    assert command_lines(f"```sh\n{line}\n```\n") == [line]
    assert complaint(line).startswith(line)


def test_command_lines_are_found_in_pipes_and_over_two_lines() -> None:
    text = "```console\n$ cat a.jsonl | crisiskg annotate > b.jsonl\n$ crisiskg ingest \\\n    a.txt\n```\n"
    text += "```python\ncrisiskg = 1\n```\n"

    assert command_lines(text) == ["crisiskg annotate", "crisiskg ingest a.txt"]
    assert command_lines("```sh\ncrisiskg sparql 'ASK { ?s a ckg:Event ; ckg:mode ?m }' | wc -l\n```") == [
        "crisiskg sparql 'ASK { ?s a ckg:Event ; ckg:mode ?m }'"
    ]
    assert [complaint(line) for line in command_lines(text)] == ["", ""]


def test_readme_and_tutorial_show_command_lines() -> None:
    assert len(command_lines((ROOT / "README.md").read_text(encoding="utf-8"))) >= 3
    assert len(command_lines(page("tutorial.md"))) >= 10
