"""A server with an OpenAI-compatible interface, asked through the egress policy and for answers of a JSON schema."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crisiskg.egress import Hints, Policy, origin, request, shown
from crisiskg.errors import EgressRefused, InvalidParameter, SourceError, SourceUnavailable

if TYPE_CHECKING:
    from crisiskg.settings import Settings

#: Largest answer, in bytes.
_MAX_BYTES = 1_000_000
#: Longest answer, in tokens of the model: small models that keep to a schema may list the same thing for ever.
MAX_TOKENS = 2000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is asked.

    Attributes:
        url: Address of the interface, such as `http://127.0.0.1:8080/v1`; it and no other host is called.
        model: Name of the model there.
        time_limit_s: Time that one answer may take, in seconds.
        allow_private: Whether the address may be private or loopback.
        token: Sent as a bearer token; None sends none.
    """

    url: str
    model: str
    time_limit_s: float = 60.0
    allow_private: bool = False
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Endpoint:
        """Return the endpoint of the settings.

        Raises:
            InvalidParameter: url or model are not set, or the url is none.
        """
        if settings.language_model_url is None or settings.language_model is None:
            raise InvalidParameter(
                "the reader language-model needs the settings language_model_url and language_model",
                hint="Give the address that ends in /v1, and the name of the model there.",
            )
        try:
            origin(settings.language_model_url)
        except EgressRefused as error:
            raise InvalidParameter(f"setting language_model_url: {error.message}") from error
        token = settings.language_model_token
        return cls(
            settings.language_model_url.rstrip("/"),
            settings.language_model,
            settings.language_model_time_limit_s,
            settings.language_model_allow_private,
            None if token is None else token.get_secret_value(),
        )

    def ask(self, instruction: str, text: str, schema: dict[str, Any]) -> str:
        """Return what the model answers.

        Args:
            instruction: What to do, as the system's message.
            text: The passage, as the user's message.
            schema: JSON schema of the answer. Not every server keeps to it, so the answer must be checked.

        Raises:
            EgressRefused: the policy forbids the address.
            SourceUnavailable: there is no answer, or it is not of the interface.
            SourceTooLarge: it is larger than a megabyte.
        """
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": instruction}, {"role": "user", "content": text}],
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
            "seed": 0,
            "response_format": {"type": "json_schema", "json_schema": {"name": "claims", "strict": True, "schema": schema}},
        }
        policy = Policy(
            self.time_limit_s,
            _MAX_BYTES,
            max_redirects=0,
            allow_private=self.allow_private,
            origins=frozenset({origin(self.url)}),
            hints=Hints(
                time="Raise language_model_time_limit_s.",
                private="Set language_model_allow_private to true if the model is served on this machine or network.",
            ),
        )
        try:
            answer = request(
                f"{self.url}/chat/completions",
                policy,
                method="POST",
                body=json.dumps(body, ensure_ascii=False).encode("utf-8"),
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                secrets={"Authorization": f"Bearer {self.token}"} if self.token else None,
            )
        except SourceError as error:
            raise type(error)(f"the language model at {shown(self.url)}: {error.message}", hint=error.hint) from error
        if answer.status != 200:
            raise SourceUnavailable(f"the language model answers {answer.status} {answer.reason}".rstrip())
        try:
            content = json.loads(answer.data)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise SourceUnavailable(
                "the language model's server does not answer as an OpenAI-compatible interface does"
            ) from error
        return content if isinstance(content, str) else ""
