"""The files of deploy/: they parse, name settings and paths that exist, and agree with each other and with the service."""

from __future__ import annotations

import configparser
import fnmatch
import http.client
import http.server
import ipaddress
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from commands import crisiskg

from crisiskg.cli import COMMANDS
from crisiskg.errors import CallerError, StoreCorrupt
from crisiskg.generations import Generations
from crisiskg.serving.metrics import Metrics
from crisiskg.settings import Settings
from crisiskg.store import OxigraphStore
from crisiskg.workers.crew import Outcome

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
#: Variables of the Caddyfile, which are no settings of crisiskg.
OF_CADDY = {"CRISISKG_SITE", "CRISISKG_UPSTREAM"}
PORT = Settings.model_fields["port"].default


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def yaml_of(name: str) -> Any:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which reads compose and Prometheus files, is not installed")
    return yaml.safe_load(text(name))


def unit(name: str) -> dict[str, list[str]]:
    """Return the directives of a unit file, each with all of its values."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None, dict_type=dict, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    found: dict[str, list[str]] = {}
    for line in text(name).splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    parser.read_string(text(name))  # sections are well formed
    assert parser.sections()
    return found


def environment_of(name: str) -> dict[str, str]:
    """Return what an environment file sets; lines that are commented out count with their defaults."""
    lines = re.findall(r"^#?(CRISISKG_[A-Z_]+)=(.*)$", text(name), re.MULTILINE)
    return dict(lines)


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text("Containerfile"))
    return [
        (line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in joined.splitlines() if line and line[0] not in "# "
    ]


def health_command() -> list[str]:
    """Return the command of HEALTHCHECK."""
    found = next(rest for word, rest in instructions() if word == "HEALTHCHECK")
    command: list[str] = json.loads(found.partition("CMD ")[2])
    return command


# --- names of settings ----------------------------------------------------------------------------------------------------


def unknown_variables(content: str) -> set[str]:
    """Return variables of crisiskg in a text that are no settings."""
    named = set(re.findall(r"\bCRISISKG_[A-Z][A-Z_]*[A-Z]\b", content))
    return {name for name in named - OF_CADDY if name.removeprefix("CRISISKG_").lower() not in Settings.model_fields}


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_every_variable_is_a_setting(name: str) -> None:
    assert unknown_variables(text(name)) == set()


def test_an_unknown_variable_is_found() -> None:
    assert unknown_variables("CRISISKG_PORT=1\nCRISISKG_DISTILLATION_TIME_S=2") == {"CRISISKG_DISTILLATION_TIME_S"}


def test_example_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = environment_of("crisiskg.env.example")
    assert len(given) > 15
    for name, value in given.items():
        if value:
            monkeypatch.setenv(name, value)

    settings = Settings()

    assert settings.port == PORT
    assert settings.federation is True
    set_now = re.findall(r"^(CRISISKG_\w+)=", text("crisiskg.env.example"), re.MULTILINE)
    assert not {"CRISISKG_OPEN_WRITES", "CRISISKG_FEDERATION", "CRISISKG_STORE"} & set(set_now)


# --- container --------------------------------------------------------------------------------------------------------------


def test_container_copies_what_exists_and_the_ignore_file_lets_through() -> None:
    lines = text("Containerfile.dockerignore").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    dropped = [line.removeprefix("**/") for line in lines if line.startswith("**/")]
    copied = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest]

    assert copied
    for source in (one for sources in copied for one in sources):
        assert (ROOT / source).exists(), source
        assert source in kept, source
        assert not any(fnmatch.fnmatch(source, pattern) for pattern in dropped)
    assert kept == {one for sources in copied for one in sources}


def test_container_has_all_that_the_package_is_built_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["force-include"], *(path.partition("/")[0] for path in wheel["packages"])}
    needed |= {project["project"]["readme"], *project["project"]["license-files"]}
    copied = {one for word, rest in instructions() if word == "COPY" and "--from" not in rest for one in rest.split()[:-1]}

    assert {path.partition("/")[0] for path in needed} <= {path.partition("/")[0] for path in copied}


def test_container_is_pinned_and_not_root() -> None:
    found = instructions()
    (image,) = [rest.partition("=")[2] for word, rest in found if word == "ARG"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-bookworm", image)
    assert f"Programming Language :: Python :: {'.'.join(image.partition(':')[2].split('.')[:2])}" in project["classifiers"]
    assert [rest for word, rest in found if word == "FROM"] == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    assert [rest for word, rest in found if word == "USER"] == ["10001:10001"]
    assert any("--require-hashes -r requirements/run.txt" in rest for word, rest in found if word == "RUN")
    assert ("VOLUME", "/data") in found
    assert ("EXPOSE", str(PORT)) in found
    assert ("STOPSIGNAL", "SIGTERM") in found
    command = json.loads(next(rest for word, rest in found if word == "CMD"))
    assert command[0] in COMMANDS


@contextmanager
def answering(status: int, seen: list[http.client.HTTPMessage] | None = None) -> Iterator[int]:
    """Serve every request with a status on a free port of loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if seen is not None:
                seen.append(self.headers)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_health_command_tells_ready_from_not(status: int, code: int) -> None:
    command = health_command()
    assert command[0] == "python"
    with answering(status) as port:
        environment = {**os.environ, "CRISISKG_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        ran = subprocess.run([sys.executable, *command[1:]], env=environment, capture_output=True, check=False)
    assert ran.returncode == code


def test_health_command_fails_where_nobody_listens() -> None:
    ran = subprocess.run(
        [sys.executable, *health_command()[1:]], env={**os.environ, "CRISISKG_PORT": "9"}, capture_output=True, check=False
    )
    assert ran.returncode != 0


def test_compose_runs_the_service_shut_in() -> None:
    compose = yaml_of("compose.yaml")
    service, caddy = compose["services"]["crisiskg"], compose["services"]["caddy"]

    for one in (service, caddy):
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["mem_limit"]
        assert one["pids_limit"]
    assert "cap_add" not in service
    assert "ports" not in service, "only the proxy is reached from outside"
    assert all(port.startswith("127.0.0.1:") for port in caddy["ports"])
    assert compose["networks"]["inner"]["internal"] is True
    assert service["networks"] == ["inner"]
    assert caddy["depends_on"]["crisiskg"]["condition"] == "service_healthy"
    assert service["healthcheck"]["test"] == ["CMD", *health_command()]
    assert re.search(r":\d+\.\d+\.\d+", caddy["image"])
    assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    assert {volume.partition(":")[0] for one in (service, caddy) for volume in one["volumes"]} - {"./Caddyfile"} == set(
        compose["volumes"]
    )


def test_compose_trusts_the_proxy_and_nobody_else() -> None:
    compose = yaml_of("compose.yaml")
    (address,) = compose["services"]["crisiskg"]["environment"]["CRISISKG_TRUSTED_PROXIES"].split()
    subnet = ipaddress.ip_network(compose["networks"]["inner"]["ipam"]["config"][0]["subnet"])

    assert address == compose["services"]["caddy"]["networks"]["inner"]["ipv4_address"]
    assert ipaddress.ip_address(address) in subnet


# --- systemd ----------------------------------------------------------------------------------------------------------------


def test_unit_shuts_the_service_in() -> None:
    found = unit("crisiskg.service")
    wanted = {
        "Type": "exec",
        "Restart": "always",
        "KillSignal": "SIGTERM",
        "OOMPolicy": "continue",
        "DynamicUser": "yes",
        "StateDirectory": "crisiskg",
        "ProtectSystem": "strict",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    }
    assert {name: found[name] for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert "seccomp" in found["SystemCallFilter"][0].split(), "query workers install filters of their own"
    assert int(found["TimeoutStopSec"][0]) > 10, "the service takes up to ten seconds to end what runs"
    assert found["RestartPreventExitStatus"] == [f"{CallerError.exit_code} {StoreCorrupt.exit_code}"]
    assert found["MemoryMax"]


@pytest.mark.parametrize("name", ["crisiskg.service", "crisiskg-backup.service"])
def test_units_call_commands_that_exist(name: str) -> None:
    called = re.findall(r"/opt/crisiskg/bin/crisiskg (\w+)", text(name))
    assert called
    assert set(called) <= set(COMMANDS)
    stores = [value for line in unit(name)["Environment"] for value in line.split() if value.startswith("CRISISKG_STORE=")]
    assert stores == ["CRISISKG_STORE=/var/lib/crisiskg/store"]


def test_command_of_the_backup_unit_takes_a_backup(tmp_path: Path) -> None:
    from test_backup import make_store

    make_store(tmp_path / "store")
    (tmp_path / "backups").mkdir()
    line = unit("crisiskg-backup.service")["ExecStart"][0].replace("/var/lib/crisiskg", str(tmp_path))
    line = line.replace("/opt/crisiskg/bin/crisiskg", f"{sys.executable} -m crisiskg").replace("$$", "$").replace("%%", "%")
    environment = {**os.environ, "CRISISKG_STORE": str(tmp_path / "store")}

    ran = subprocess.run(shlex.split(line), env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert "is sound" in ran.stdout
    assert len(list((tmp_path / "backups").glob("kg-*Z.tar.gz"))) == 1


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for path in DEPLOY.glob("crisiskg*.[st]*"):
        content = path.read_text(encoding="utf-8").replace("/opt/crisiskg/bin/crisiskg", "/bin/true")
        (tmp_path / path.name).write_text(content, encoding="utf-8")
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    assert len(units) == 3

    ran = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")

    ran = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(tmp_path / "crisiskg.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in ran.stderr:
        pytest.skip("this systemd-analyze cannot look at files")
    assert ran.returncode == 0, ran.stdout[-300:]


# --- proxies ----------------------------------------------------------------------------------------------------------------


def seconds(value: str) -> float:
    number, unit_ = re.fullmatch(r"(\d+)(ms|s|m)", value.strip()).groups()  # type: ignore[union-attr]
    return float(number) * {"ms": 0.001, "s": 1, "m": 60}[unit_]


def size(value: str) -> int:
    number, unit_ = re.fullmatch(r"(\d+)\s*([kmKM])i?B?", value.strip()).groups()  # type: ignore[union-attr]
    return int(number) * {"k": 1024, "m": 1024 * 1024}[unit_.lower()]


def of_nginx(directive: str) -> list[str]:
    return re.findall(rf"^\s*{directive}\s+([^;]+);", text("nginx.conf"), re.MULTILINE)


def of_caddy(directive: str) -> list[str]:
    return re.findall(rf"^\s*{directive}\s+(.+)$", text("Caddyfile"), re.MULTILINE)


@pytest.mark.parametrize("waits", [of_nginx("proxy_read_timeout"), of_caddy("response_header_timeout")], ids=["nginx", "caddy"])
def test_proxy_waits_longer_than_the_service_takes(waits: list[str]) -> None:
    settings = Settings()
    assert seconds(waits[0]) > max(settings.token_query_time_limit_s, settings.write_time_limit_s, settings.query_time_limit_s)


@pytest.mark.parametrize("most", [of_nginx("client_max_body_size"), of_caddy("max_size")], ids=["nginx", "caddy"])
def test_proxy_lets_the_largest_body_through_and_not_much_more(most: list[str]) -> None:
    largest = Settings().max_body_bytes
    assert largest < size(most[0]) < 1.1 * largest


def test_proxies_lead_to_the_port_of_the_service() -> None:
    assert re.findall(r"^\s*server ([\d.:]+);", text("nginx.conf"), re.MULTILINE) == [f"127.0.0.1:{PORT}"]
    assert re.findall(r"CRISISKG_UPSTREAM:([^}]+)}", text("Caddyfile")) == [f"127.0.0.1:{PORT}"]
    compose = yaml_of("compose.yaml")
    assert compose["services"]["caddy"]["environment"]["CRISISKG_UPSTREAM"] == f"crisiskg:{PORT}"
    assert environment_of("crisiskg.env.example")["CRISISKG_PORT"] == str(PORT)
    assert f"CRISISKG_PORT={PORT}" in text("Containerfile")


def test_slow_clients_have_deadlines() -> None:
    for directive in ("client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"):
        assert 0 < seconds(of_nginx(directive)[0]) <= 60
    for directive in ("read_header", "read_body", "idle"):
        assert 0 < seconds(of_caddy(directive)[0]) <= 60
    assert of_nginx("proxy_buffering") == ["off"]
    assert of_nginx("proxy_set_header X-Forwarded-For") == ["$remote_addr"], "overwritten, not appended"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, log: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server until the end of the block; it is there when its port is."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if process.poll() is not None or probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        if process.poll() is not None:
            pytest.fail(f"{command[0]} did not start: {log.read_text()[-2000:]}")
        yield
    finally:
        process.terminate()  # nginx ends its workers only where it is asked
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def spoof(port: int) -> tuple[int, int]:
    """Ask through a proxy as a client that claims to be somebody else; return the statuses of / and of /metrics."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    statuses = []
    for path in ("/", "/metrics"):
        claims = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
        connection.request("GET", path, headers={**claims, "Host": "kg.example.org"})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    return statuses[0], statuses[1]


def holds_half_a_head(port: int, limit_s: float) -> bool:
    """Tell whether a proxy lets a client go on for longer than its limit with half a head."""
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        half.settimeout(limit_s)
        try:
            half.recv(100)
        except TimeoutError:
            return True
        except ConnectionResetError:
            return False
        return False


def test_nginx_takes_its_configuration_and_replaces_what_clients_claim(tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    key, certificate = tmp_path / "key", tmp_path / "pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -subj /CN=kg.example.org -days 1 -keyout {key} -out {certificate}"
    subprocess.run([openssl, *words.split()], check=True, capture_output=True)
    plain = free_port()
    seen: list[http.client.HTTPMessage] = []
    with answering(200, seen) as upstream:
        content = text("nginx.conf")
        for old, new in (
            ("/etc/ssl/certs/kg.example.org.pem", str(certificate)),
            ("/etc/ssl/private/kg.example.org.key", str(key)),
            ("/run/nginx.pid", str(tmp_path / "pid")),
            ("/var/log/nginx", str(tmp_path)),
            (f"127.0.0.1:{PORT}", f"127.0.0.1:{upstream}"),
            ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{plain};"),
            ("        listen [::]:80;\n", ""),
            ("        listen [::]:443 ssl http2;\n", ""),
            ("client_header_timeout 10s", "client_header_timeout 1s"),
        ):
            assert old in content
            content = content.replace(old, new)
        folders = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        content = content.replace("server_tokens off;", "server_tokens off;\n" + folders)
        (tmp_path / "nginx.conf").write_text(content, encoding="utf-8")
        command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
        ran = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        with running([*command, "-g", "daemon off;"], plain, tmp_path / "log"):
            assert spoof(plain) == (200, 404)
            assert not holds_half_a_head(plain, 4)

    (headers,) = seen
    assert headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert headers.get_all("X-Forwarded-Proto") == ["http"]
    assert headers.get_all("X-Forwarded-Host") is None
    assert headers["Host"] == "kg.example.org"


def test_caddy_takes_its_configuration_and_replaces_what_clients_claim(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed")
    port = free_port()
    seen: list[http.client.HTTPMessage] = []
    (tmp_path / "Caddyfile").write_text(text("Caddyfile").replace("read_header 10s", "read_header 1s"), encoding="utf-8")
    with answering(200, seen) as upstream:
        environment = {
            "CRISISKG_SITE": f"http://:{port}",
            "CRISISKG_UPSTREAM": f"127.0.0.1:{upstream}",
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        command = [caddy, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
        with running(command, port, tmp_path / "log", environment):
            assert spoof(port) == (200, 404)
            assert not holds_half_a_head(port, 4)

    (headers,) = seen
    assert headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert headers.get_all("X-Forwarded-Proto") == ["http"]
    assert headers["Host"] == "kg.example.org"
    ran = subprocess.run(
        [caddy, "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"], capture_output=True
    )
    assert ran.returncode == 0


# --- watching ---------------------------------------------------------------------------------------------------------------


class Crew:
    """Stands for the query workers, of which only numbers are asked."""

    killed = 0

    def state(self) -> dict[str, int]:
        return {"busy_own": 0}


def metric_names() -> set[str]:
    """Return the names of all metrics of the service."""
    metrics = Metrics(Crew())  # type: ignore[arg-type]
    for outcome in get_args(Outcome):
        metrics.over(SimpleNamespace(lane="own", outcome=outcome), 0.1)  # type: ignore[arg-type]
    metrics.tell({"readyz GET 503": 1, "anything": 1})
    return set(re.findall(r"^([a-z_]+)(?:\{| )", metrics.text(1), re.MULTILINE))


def test_alerts_ask_for_metrics_that_there_are() -> None:
    rules = [rule for group in yaml_of("alerts.yml")["groups"] for rule in group["rules"]]
    names = metric_names()
    assert "crisiskg_queries_total" in names
    for rule in rules:
        asked = set(re.findall(r"\bcrisiskg_[a-z_]+", rule["expr"]))
        assert asked <= names, rule["alert"]
        assert set(re.findall(r'outcome="(\w+)"', rule["expr"])) <= set(get_args(Outcome)), rule["alert"]
        assert set(re.findall(r'lane="(\w+)"', rule["expr"])) <= {"own", "user"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["action"]
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in page] == []


def test_prometheus_scrapes_the_service() -> None:
    config = yaml_of("prometheus.yml")
    (scraped,) = config["scrape_configs"]

    assert scraped["static_configs"] == [{"targets": [f"127.0.0.1:{PORT}"]}]
    assert scraped["metrics_path"] == "/metrics"
    assert all((DEPLOY / name).is_file() for name in config["rule_files"])
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; the files were read as YAML")
    ran = subprocess.run(
        [promtool, "check", "config", str(DEPLOY / "prometheus.yml")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_every_file_is_told_of() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [path.name for path in FILES if path.name not in page] == []


# --- replicas ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def replicate(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what brings the newest generation of one folder to another."""
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")

    def call(source: Path, target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(DEPLOY / "replicate.sh"), str(source), str(target)]
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)

    return call


def test_replica_shows_what_was_published(replicate: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    from test_backup import graph_iri, make_store, published, quads_of

    primary, replica = make_store(tmp_path / "primary"), tmp_path / "replica"
    assert (replicate(primary, replica).returncode, contents(replica)) == (
        0,
        ["CURRENT", "generations", "journal.jsonl", "store.json"],
    )
    assert published(replica) == published(primary)
    for version in range(2, 5):
        with OxigraphStore(primary) as store:
            store.replace_graph(graph_iri(0), quads_of(0, version))
            store.publish()

        assert replicate(primary, replica).returncode == 0
        assert replicate(primary, replica).returncode == 0
        assert published(replica) == published(primary)

    assert contents(replica / "generations") == [f"{n:012d}{end}" for n in (4, 5) for end in ("", ".json")]
    linked = [path for path in (replica / "generations" / "000000000005").glob("*.sst") if path.stat().st_nlink > 1]
    assert linked, "what is there already is not sent again"
    number = int((replica / "CURRENT").read_text().split()[0])
    assert Generations(replica).journal_number(number) == Generations(primary).journal_number(number)
    assert (replica / "store.json").stat().st_mtime_ns // 10**9 == (primary / "store.json").stat().st_mtime_ns // 10**9
    ran = crisiskg("sparql", "--store", replica, "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", "--format", "csv")
    assert (ran.code, ran.out.split()) == (0, ["n", str(len(published(primary)))])


def test_generation_that_may_have_been_pruned_is_not_shown(
    replicate: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    from test_backup import make_store

    primary, replica = make_store(tmp_path / "primary"), tmp_path / "replica"
    assert replicate(primary, replica).returncode == 0
    before = contents(replica / "generations")
    (primary / "CURRENT").write_text("1\n")

    ran = replicate(primary, replica, KEEP="0")

    assert (ran.returncode, "pruned meanwhile" in ran.stderr) == (6, True)
    assert contents(replica / "generations") == before
    assert (replica / "CURRENT").read_text() == "2\n"
    (primary / "CURRENT").write_text("$(reboot)\n")
    assert "holds no number" in replicate(primary, replica).stderr
    assert replicate(tmp_path / "nowhere", replica).returncode != 0


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
