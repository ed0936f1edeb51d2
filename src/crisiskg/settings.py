"""Settings, read once: flags win over `CRISISKG_*` variables, these over `crisiskg.toml`, these over the defaults.

Each field's description is what `crisiskg config show` prints and what docs/settings.md must hold (a test compares them).
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from crisiskg.errors import InvalidParameter
from crisiskg.namespaces import BASE


class Settings(BaseSettings):
    """All that can be set. Units stand in the names; every limit has a default that holds on a small machine."""

    model_config = SettingsConfigDict(env_prefix="CRISISKG_", toml_file="crisiskg.toml", extra="forbid", frozen=True)

    base_iri: str = Field(BASE, description="Base of the IRIs of data; ends in a slash.", pattern=r"^https?://\S+/$")
    store: str = Field("crisiskg-store", description="Folder of the embedded store, or URL of a SPARQL 1.1 server.", min_length=1)

    # reading
    spacy_model: Path | None = Field(
        None,
        description="Folder or installed package of another spaCy pipeline; empty means the one that is installed.",
    )
    reader: Literal["rules", "gliner", "language-model"] = Field(
        "rules", description="What finds names and claims: the rules, or an optional reader (docs/readers.md)."
    )
    gliner_model: Path | None = Field(None, description="Folder of a GLiNER model, for the reader gliner.")
    language_model_url: str | None = Field(
        None, description="Address of an OpenAI-compatible interface, up to /v1, for the reader language-model."
    )
    language_model: str | None = Field(None, description="Name of the model at that interface.")
    language_model_token: SecretStr | None = Field(
        None, description="Bearer token of that interface; better set in the environment."
    )
    language_model_time_limit_s: float = Field(
        60.0, description="Time in which it must answer for one passage, in seconds.", gt=0
    )
    language_model_allow_private: bool = Field(
        False, description="Whether that address may be private or loopback, as of a model on this machine."
    )
    learned_reader: bool = Field(True, description="Whether the learned reader votes on names and events.")
    gazetteer_min_population: int = Field(
        1000, description="Smallest settlement of the gazetteer that is used, in inhabitants.", ge=500
    )
    reference_base: str = Field(
        "crisiskg-reference.sqlite",
        description="File of imported reference data, which linking uses where it is there.",
        min_length=1,
    )
    publish_threshold: float = Field(
        0.0, description="Events and relations below this confidence are kept out of the graph, and counted.", ge=0, le=1
    )
    processes: int = Field(1, description="Processes that annotate.", ge=1)

    # sources
    max_document_bytes: int = Field(26_214_400, description="Largest input in bytes.", ge=1)
    max_document_chars: int = Field(2_000_000, description="Longest text of one document in characters.", ge=1)
    max_line_bytes: int = Field(10_485_760, description="Longest line of a JSON Lines file in bytes.", ge=1)
    read_time_limit_s: float = Field(60.0, description="Time in which one input must be read, in seconds.", gt=0)
    read_memory_mb: int = Field(1024, description="Memory that reading one input may take, in MiB.", ge=64)
    url_time_limit_s: float = Field(20.0, description="Time in which a URL must be fetched, in seconds.", gt=0)
    url_max_redirects: int = Field(5, description="Redirects that are followed, each checked.", ge=0)
    url_allow_private: bool = Field(False, description="Whether URLs may lead to private and loopback addresses.")

    # store
    generations_kept: int = Field(3, description="Published generations that are kept.", ge=1)
    publish_every: int = Field(100, description="Documents after which a running ingest publishes a generation.", ge=1)
    work_folder: str = Field("crisiskg-work", description="Folder for raw inputs and quarantine where the store is a server.")
    store_query_url: str | None = Field(None, description="Query endpoint of a remote store; empty means {store}/query.")
    store_update_url: str | None = Field(None, description="Update endpoint of a remote store; empty means {store}/update.")
    store_graphs_url: str | None = Field(None, description="Graph Store endpoint of a remote store; empty means {store}/store.")
    store_kind: str | None = Field(
        None, description="Kind of the remote store, as docs/remote-stores.md lists them; empty means to find out."
    )
    store_user: str | None = Field(None, description="User name at a remote store.")
    store_password: SecretStr | None = Field(None, description="Password at a remote store; better set in the environment.")
    store_token: SecretStr | None = Field(None, description="Bearer token at a remote store, instead of user name and password.")
    store_time_limit_s: float = Field(30.0, description="Time in which a remote store must answer, in seconds.", gt=0)

    # serving
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.", ge=0, le=65535)
    web_processes: int = Field(1, description="Processes that take requests; all share the query workers.", ge=1, le=64)
    trusted_proxies: str = Field(
        "127.0.0.1 ::1", description="Addresses and networks of proxies whose X-Forwarded-For and -Proto are believed."
    )
    max_connections: int = Field(
        1000, description="Open connections of one web process; beyond, the oldest idle one is closed.", ge=1
    )
    request_time_limit_s: float = Field(15.0, description="Time in which a client must have sent a request, in seconds.", gt=0)
    send_time_limit_s: float = Field(30.0, description="Time in which a client must take a part of an answer, in seconds.", gt=0)

    # queries
    query_workers: int = Field(2, description="Processes in which queries go on that take long.", ge=1)
    quick_query_workers: int = Field(3, description="Processes in which every query of a user starts.", ge=1)
    quick_query_s: float = Field(
        0.25, description="Time of a processor after which a query counts as one that takes long, in seconds.", gt=0
    )
    named_query_workers: int = Field(2, description="Further processes for named queries and pages alone.", ge=1)
    query_queue: int = Field(8, description="Queries that may wait for a worker; further ones get 503.", ge=0)
    query_time_limit_s: float = Field(10.0, description="Time a query may take, waiting and parsing included, in seconds.", gt=0)
    token_query_time_limit_s: float = Field(60.0, description="The same for queries with a token, in seconds.", gt=0)
    query_memory_mb: int = Field(1024, description="Memory a query worker may take, in MiB.", ge=128)
    max_query_bytes: int = Field(65_536, description="Longest query in bytes.", ge=1)
    max_query_depth: int = Field(64, description="Deepest nesting of brackets in a query.", ge=1)
    max_query_patterns: int = Field(100, description="Most triple patterns of a query.", ge=1)
    max_path_steps: int = Field(50, description="Most steps of one property path.", ge=1)
    max_identity_iris: int = Field(
        10_000, description="Most IRIs that a query with identity is given in place of those that it names.", ge=1
    )
    max_result_rows: int = Field(1_000_000, description="Most rows of an answer.", ge=1)
    max_result_bytes: int = Field(104_857_600, description="Largest answer in bytes.", ge=1)
    union_default_graph: bool = Field(
        True, description="Whether queries and updates that name no graph look at all graphs rather than at the default graph."
    )
    answer_cache_mb: int = Field(64, description="Memory for answers that are kept for equal queries, in MiB; 0 for none.", ge=0)
    slow_query_s: float = Field(1.0, description="Time from which on a query is logged as slow, in seconds.", gt=0)
    client_budget_s: float = Field(30.0, description="Time of workers that one client may use in a minute, in seconds.", gt=0)
    client_errors: int = Field(30, description="Failed queries of one client in a minute; further queries get 429.", ge=1)
    client_budget_exempt: str = Field("127.0.0.0/8 ::1/128", description="Networks whose clients have no budget; empty for none.")

    # identity
    identity_positive: float = Field(0.9, description="Score from which on two entities are judged the same.", ge=0, le=1)
    identity_unsure: float = Field(0.75, description="Score from which on a pair of entities is left to a person.", ge=0, le=1)

    # writing through the service
    writable: bool = Field(False, description="Whether SPARQL Update and the Graph Store Protocol may write, with a token.")
    open_writes: bool = Field(False, description="Whether they may without a token; on loopback only, for tests.")
    tokens_file: Path | None = Field(None, description="File of tokens; empty means tokens.json in the store.")
    max_update_bytes: int = Field(1_048_576, description="Longest update in bytes.", ge=1)
    max_body_bytes: int = Field(26_214_400, description="Largest body of a Graph Store write in bytes.", ge=1)
    write_time_limit_s: float = Field(
        60.0, description="Time a write may take, waiting and validation included, in seconds.", gt=0
    )
    write_memory_mb: int = Field(2048, description="Memory that evaluating one write may take, in MiB.", ge=128)

    # federation
    federation: bool = Field(False, description="Whether SERVICE may ask the endpoints of the profiles.")
    federation_profiles: Path | None = Field(None, description="TOML file that names the endpoints SERVICE may ask.")

    # logging
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level of what is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Form of the log of serve.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence; dotenv and secret files are not read."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings for another process of ours, as JSON can hold them, with what is secret.

    >>> plain_settings(Settings(store_password="x"))["store_password"]
    'x'
    """
    found: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found[name] = value.get_secret_value()
        elif value is not None:
            found[name] = value if isinstance(value, int | float) else str(value)
    return found


def load_settings(**flags: Any) -> Settings:
    """Return the settings, flags first.

    Args:
        **flags: Values given on the command line; None means not given.

    Returns:
        Frozen settings.

    Raises:
        InvalidParameter: a value is out of range, of a wrong type, or its name is unknown.

    >>> load_settings(port=8001, host=None).port
    8001
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        if first["type"] == "extra_forbidden":
            close = get_close_matches(name, Settings.model_fields, 1)
            raise InvalidParameter(
                f"there is no setting {name[:60]!r}; crisiskg config show lists them",
                hint=f"Did you mean {close[0]}?" if close else None,
            ) from error
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise InvalidParameter(f"setting {name}: {message}, not {first.get('input')!r}") from error
    except ValueError as error:  # a TOML file that does not parse
        raise InvalidParameter(f"crisiskg.toml cannot be read: {error}") from error
