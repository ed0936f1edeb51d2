"""The endpoints that SERVICE may ask: one profile each, in a TOML file.

```toml
[wikidata]
url = "https://query.wikidata.org/sparql"
time_limit_s = 30
requests_per_minute = 30
```
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from crisiskg import __version__, egress
from crisiskg.egress import Hints, Policy
from crisiskg.errors import EgressRefused, FederationRefused, InvalidParameter
from crisiskg.settings import Settings

#: What the short form of the IRI of every profile begins with.
SHORT = "urn:crisiskg:service:"

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]+\Z")
_TOKEN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*\Z")
_VISIBLE = r"^[\x20-\x7e]+$"


class Profile(BaseModel):
    """One endpoint that SERVICE may ask, and how far a call of it may go.

    Attributes:
        name: What the file calls it: lower-case letters, digits and hyphens.
        url: Address of its SPARQL 1.1 query endpoint.
        iri: What queries write in SERVICE; the address unless the file says otherwise. The short form
            `urn:crisiskg:service:NAME` always works as well.
        time_limit_s: Time in which one request must be answered, in seconds.
        max_rows: Most rows that one SERVICE may bring.
        max_bytes: Largest answer of one request, in bytes.
        requests_per_minute: Most requests in 60 seconds. They are sent one at a time.
        max_redirects: Redirects that are followed, within the same server.
        allow_private: Whether the address may be one of a private network.
        bulk: Rows of a VALUES that one request passes on.
        user_agent: How the requests call themselves.
        token_env: Environment variable that holds a token; None for none.
        token_header: Header in which the token goes; in Authorization it stands after "Bearer".
        ca_file: Certificates, in PEM, to trust in the place of the usual ones.
        token: The token, from the environment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    url: str
    iri: str
    time_limit_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    max_rows: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    max_bytes: Annotated[int, Field(ge=1, le=104_857_600)] = 10_485_760
    requests_per_minute: Annotated[int, Field(ge=1, le=6000)] = 60
    max_redirects: Annotated[int, Field(ge=0, le=10)] = 3
    allow_private: bool = False
    bulk: Annotated[int, Field(ge=1, le=1000)] = 50
    user_agent: Annotated[str, Field(pattern=_VISIBLE, max_length=300)] = f"crisiskg/{__version__} (SPARQL federation)"
    token_env: str | None = None
    token_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=60)] = "Authorization"  # noqa: S105 - its name
    ca_file: Annotated[Path | None, Field(strict=False)] = None
    token: SecretStr | None = Field(None, repr=False)

    @property
    def iris(self) -> tuple[str, str]:
        """What queries may write in SERVICE."""
        return self.iri, SHORT + self.name

    @property
    def secrets(self) -> dict[str, str]:
        """Headers that only this endpoint may see."""
        if self.token is None:
            return {}
        value = self.token.get_secret_value()
        return {self.token_header: f"Bearer {value}" if self.token_header.lower() == "authorization" else value}

    def policy(self, time_limit_s: float) -> Policy:
        """Return how far one call may go.

        Args:
            time_limit_s: Time for it, in seconds.
        """
        here = f"of the profile {self.name}"
        origin = egress.origin(self.url)
        # An address of port 80 may lead to the same server by https.
        upgraded = (
            {origin.removesuffix(":80") + ":443"} if origin.endswith(":80") and self.url.lower().startswith("http:") else set()
        )
        return Policy(
            time_limit_s=time_limit_s,
            max_bytes=self.max_bytes,
            max_redirects=self.max_redirects,
            allow_private=self.allow_private,
            origins=frozenset({origin} | upgraded),
            ca_file=self.ca_file,
            hints=Hints(f"Set time_limit_s {here}.", f"Ask for less, or set max_bytes {here}.", f"Set allow_private {here}."),
        )


class Profiles(Mapping[str, Profile]):
    """The profiles by name.

    Args:
        profiles: All of them.
        enabled: Whether federation is on; without, no profile is found for any IRI.

    Raises:
        InvalidParameter: two of them go by the same name or IRI.
    """

    def __init__(self, profiles: tuple[Profile, ...] = (), *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._profiles = {profile.name: profile for profile in profiles}
        self._by_iri: dict[str, Profile] = {}
        for profile in profiles:
            for iri in profile.iris:
                known = self._by_iri.setdefault(iri, profile)
                if known is not profile:
                    raise InvalidParameter(f"the profiles {known.name} and {profile.name} both go by the IRI {iri}")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the profiles that the settings name; none where federation is off.

        Args:
            settings: Whether federation is on, and the file of profiles.

        Raises:
            InvalidParameter: federation is on without a file, or the file is wrong.

        >>> list(Profiles.of(Settings(federation=False)))
        []
        """
        if not settings.federation:
            return cls(enabled=False)
        if settings.federation_profiles is None:
            raise InvalidParameter(
                "federation is on, and no file names the endpoints that SERVICE may ask",
                hint="Set federation_profiles to a TOML file; docs/federation.md describes it.",
            )
        return cls(load_profiles(settings.federation_profiles))

    def __getitem__(self, name: str) -> Profile:
        return self._profiles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    def called(self, iri: str) -> Profile:
        """Return the profile that goes by an IRI.

        Raises:
            FederationRefused: federation is off, or there is no such profile.
        """
        if not self.enabled:
            raise FederationRefused(
                "SERVICE is not allowed: federation is off",
                hint="Ask the other endpoint yourself, or ask the operator to turn it on.",
            )
        try:
            return self._by_iri[iri]
        except KeyError:
            raise self.refused(f"SERVICE may not ask <{iri[:200]}>") from None

    def refused(self, what: str) -> FederationRefused:
        """Return an error that names what may be asked."""
        known = ", ".join(f"<{profile.iri}>" for profile in self._profiles.values()) or "nothing: there are no profiles"
        return FederationRefused(f"{what}; it may ask {known}")


def load_profiles(path: Path, environment: Mapping[str, str] | None = None) -> tuple[Profile, ...]:
    """Read a file of profiles.

    Args:
        path: TOML; each table is a profile.
        environment: Where tokens are looked up; None means that of the process.

    Returns:
        The profiles in the order of the file.

    Raises:
        InvalidParameter: the file cannot be read, has an unknown key, or a value is wrong.
    """
    environment = os.environ if environment is None else environment
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidParameter(f"the file of profiles {path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:  # TOML that does not parse, or no UTF-8
        raise InvalidParameter(f"the file of profiles {path.name} is no TOML: {error}") from error
    return tuple(_profile(path, name, table, environment) for name, table in tables.items())


def _profile(path: Path, name: str, table: Any, environment: Mapping[str, str]) -> Profile:
    where = f"{path.name}, profile {name[:60]}"
    if not isinstance(table, dict):
        raise InvalidParameter(f"{path.name}: {name[:60]!r} stands in no profile", hint="A profile begins with a line [name].")
    if not _NAME.match(name):
        raise InvalidParameter(f"{where}: only lower-case letters, digits and hyphens can name a profile")
    keys = [key for key in Profile.model_fields if key not in ("name", "token")]
    for key in table:
        if key not in keys:
            close = get_close_matches(key, keys, 1)
            hint = f"Did you mean {close[0]}?" if close else None
            raise InvalidParameter(f"{where}: there is no key {key[:60]!r}; there are: {', '.join(keys)}", hint=hint)
    url = table.get("url")
    if not isinstance(url, str):
        raise InvalidParameter(f"{where}: it needs a url, in quotation marks")
    try:
        egress.origin(url)
    except EgressRefused as error:
        raise InvalidParameter(f"{where}: the url {egress.shown(url)!r} cannot be called: {error.message}") from error
    iri = table.get("iri", url)
    if not isinstance(iri, str) or not _IRI.match(iri):
        raise InvalidParameter(f"{where}: {str(iri)[:200]!r} is no absolute IRI")
    if isinstance(table.get("ca_file"), str):
        table = {**table, "ca_file": path.parent / table["ca_file"]}
        if not table["ca_file"].is_file():
            raise InvalidParameter(f"{where}: there is no file {table['ca_file'].name} of certificates")
    try:
        profile = Profile(**{**table, "name": name, "iri": iri})
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"][:1].lower() + first["msg"][1:]
        key = ".".join(map(str, first["loc"]))
        raise InvalidParameter(f"{where}: {key}: {message}, not {str(first.get('input'))[:60]!r}") from None
    return profile if profile.token_env is None else profile.model_copy(update={"token": _token(where, profile, environment)})


def _token(where: str, profile: Profile, environment: Mapping[str, str]) -> SecretStr:
    assert profile.token_env is not None
    if profile.url.lower().startswith("http:") and not profile.allow_private:
        raise InvalidParameter(
            f"{where}: a token would go over http, where others can read it", hint="Use an address with https."
        )
    value = environment.get(profile.token_env, "")
    if not value:
        raise InvalidParameter(f"{where}: the environment has no variable {profile.token_env}, which token_env names")
    if not _TOKEN.match(value):
        raise InvalidParameter(f"{where}: what {profile.token_env} holds cannot stand in a header")
    return SecretStr(value)
