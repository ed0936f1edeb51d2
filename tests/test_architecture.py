"""The import flow of docs/architecture.md, enforced."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "crisiskg"
FREE = {"codebook", "errors", "namespaces", "resources", ""}

#: module (longest prefix wins) -> what it may import from crisiskg, by prefix; the bare package holds the version only.
ALLOWED: dict[str, set[str]] = {
    "": set(),
    "errors": set(),
    "namespaces": set(),
    "codebook": set(),
    "resources": set(),
    "settings": set(),
    "iris": set(),
    "sandbox": set(),
    "interruption": set(),
    "documents": {"iris"},
    "egress": {"egress"},
    "sources": {"documents", "egress", "sandbox", "settings", "sources"},
    "annotation": {"documents", "iris", "settings", "annotation"},
    "reference": {"annotation.local_reference", "annotation.records", "annotation.settlements", "datasets", "iris", "reference"},
    "crosswalk": {"vocabulary", "iris", "crosswalk"},
    "datasets": {"crosswalk", "iris", "datasets"},
    "importing": {
        "datasets",
        "crosswalk",
        "validation",
        "journal",
        "generations",
        "store",
        "store_folder",
        "quarantine",
        "graph",
        "ground",
        "settings",
        "iris",
        "sandbox",
        "importing",
        "graph_terms",
        "vocabulary",
        "writing.change",
        "writing.points",
    },
    "identity": {"crosswalk", "identity", "iris", "journal", "store", "vocabulary", "writing.change"},
    "graph": {"annotation.records", "documents", "iris", "graph"},
    "validation": {"sandbox", "validation"},
    "journal": set(),
    "generations": {"journal", "writing.points"},
    "ground": {"graph.runs", "interruption", "iris", "journal", "store", "vocabulary"},
    "raw": set(),
    "vocabulary": {"iris"},
    "engine_errors": set(),
    "graph_terms": {"writing.change"},
    "store_folder": {"journal"},
    "tidiness": set(),
    "unfinished_graphs": {"journal"},
    "store": {
        "tidiness",
        "unfinished_graphs",
        "engine_errors",
        "graph_terms",
        "store_folder",
        "journal",
        "generations",
        "settings",
        "sparql_store",
        "vocabulary",
        "iris",
        "writing.change",
        "writing.points",
        "writing.redo",
    },
    "writing": {"journal", "sandbox", "settings", "sparql_store", "store", "validation", "workers", "writing"},
    "remote": {"remote", "settings"},
    "sparql_store": {"settings", "store", "journal", "remote", "workers.foreign", "workers.scan"},
    "quarantine": {"documents", "journal", "raw"},
    "backing_up": {"backing_up", "generations", "journal", "settings", "store", "writing"},
    "queries": {"identity.expansion", "iris", "settings"},
    "readers": {"annotation", "egress", "readers", "settings"},
    "annotating": {"annotation", "documents", "readers", "settings"},
    "evaluation": {"annotation", "documents", "evaluation"},
    "ingest": {
        "annotating",
        "readers",
        "interruption",
        "sources",
        "documents",
        "annotation",
        "graph",
        "ground",
        "validation",
        "journal",
        "generations",
        "store",
        "quarantine",
        "settings",
        "iris",
        "raw",
        "vocabulary",
    },
    "workers": {"generations", "identity.expansion", "queries", "remote", "settings", "sandbox", "workers", "writing.conditions"},
    "federation": {"egress", "sandbox", "settings", "workers", "federation"},
    "explaining": {"explaining", "generations", "sandbox", "store", "workers.tokens"},
    "asking": {"workers", "store", "sparql_store", "settings"},
    "access": {"settings"},
    "serving": {"explaining", "generations", "sandbox", "serving", "settings", "store", "workers", "writing"},
    "api": {
        "access",
        "api",
        "asking",
        "federation",
        "identity.expansion",
        "iris",
        "queries",
        "sandbox",
        "serving",
        "settings",
        "store",
        "workers",
        "writing.requests",
    },
    "cli": {"*"},
    "__main__": {"cli"},
}
#: third-party package -> modules that may import it
WALLS: dict[str, set[str]] = {
    "fastapi": {"api"},
    "starlette": {"api"},
    "jinja2": {"api"},
    "uvicorn": {"api"},
    "uvloop": {"serving.processes"},
    "prometheus_client": {"serving.metrics"},
    "rdflib": {"explaining.algebra", "validation", "graph"},
    "pyshacl": {"validation"},
    "spacy": {"annotation"},
    "onnxruntime": {"annotation.learned"},
    "tokenizers": {"annotation.learned"},
    "httpx2": {"egress", "remote"},
    "SPARQLWrapper": {"sparql_store"},
    "click": {"cli"},
    "rapidfuzz": {"identity"},
}


def modules() -> dict[str, Path]:
    """Return every module of the package by its name below crisiskg."""
    names = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        names[".".join(part for part in parts if part != "__init__")] = path
    return names


def imports(tree: ast.AST, module: str, is_package: bool) -> set[str]:
    """Return the dotted names that a module imports, relative ones resolved."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                parts = ["crisiskg", *([part for part in module.split(".") if part])]
                base = parts[: len(parts) - node.level + (1 if is_package else 0)]
                stem = ".".join([*base, node.module] if node.module else base)
            else:
                stem = node.module or ""
            found.add(stem)
            if stem == "crisiskg" or stem.startswith("crisiskg."):
                found |= {f"{stem}.{alias.name}" for alias in node.names}
    return found


def is_below(name: str, prefixes: set[str]) -> bool:
    """Say whether a dotted name is one of the prefixes or below one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def faults(module: str, tree: ast.AST, is_package: bool, known: set[str]) -> list[str]:
    """Return what a module imports against the table."""
    key = max((name for name in ALLOWED if name == "" or is_below(module, {name})), key=len)
    if key == "" and module:
        return [f"{module}: not in the table of tests/test_architecture.py and docs/architecture.md"]
    allowed = ALLOWED[key]
    wrong = []
    for name in sorted(imports(tree, module, is_package)):
        top = name.split(".")[0]
        if top == "crisiskg":
            target = name.removeprefix("crisiskg").lstrip(".")
            if target not in known:  # a name inside a module, already judged by the module
                continue
            if "*" in allowed or target in FREE or is_below(target, allowed) or is_below(target, {module} if module else set()):
                continue
            if any(prefix.startswith(target + ".") for prefix in allowed):  # the package of an allowed module
                continue
            wrong.append(f"{module} imports crisiskg.{target}")
        elif top in WALLS and not is_below(module, WALLS[top]):
            wrong.append(f"{module} imports {top}, which only {sorted(WALLS[top])} may")
    return wrong


@pytest.mark.parametrize("module", sorted(modules()))
def test_module_imports_only_what_lies_before_it(module: str) -> None:
    path = modules()[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert faults(module, tree, path.name == "__init__.py", set(modules())) == []


@pytest.mark.parametrize(
    ("module", "code", "fault"),
    [
        pytest.param("graph", "from crisiskg.store import Store", "graph imports crisiskg.store", id="against-the-flow"),
        pytest.param("ingest", "import crisiskg.api", "ingest imports crisiskg.api", id="writer-and-reader"),
        pytest.param("store", "import fastapi", "store imports fastapi", id="third-party-wall"),
        pytest.param("graph", "from crisiskg import store", "graph imports crisiskg.store", id="from-package"),
        pytest.param("novel", "import json", "not in the table", id="unknown-module"),
    ],
)
def test_planted_fault_is_found(module: str, code: str, fault: str) -> None:
    known = set(modules()) | {"store", "api", "graph", "ingest"}
    assert any(fault in found for found in faults(module, ast.parse(code), False, known))


def test_every_entry_of_the_table_exists() -> None:
    present = set(modules())
    assert [name for name in ALLOWED if name and not any(is_below(module, {name}) for module in present)] == []


def test_table_is_documented() -> None:
    page = (SOURCE.parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in ALLOWED if name and name != "__main__" and f"`{name}" not in page] == []
