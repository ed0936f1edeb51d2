"""Every error that leaves crisiskg, in one tree.

```text
CrisiskgError
  CallerError                  the caller can mend it
    InvalidIdentifier            an identifier or IRI that cannot be minted or used
    InvalidParameter             a parameter of a query, command or setting
    UnknownName                  a query, dataset, format or setting that does not exist
    QuerySyntaxError             SPARQL that does not parse
    MalformedBody                RDF in a request that cannot be read
    QueryFailed                  SPARQL that the engine cannot evaluate, as with a function that it does not know
    QueryRefused                 SPARQL that is well formed and not allowed here
      FederationRefused            SERVICE or LOAD, which would call another host
    MethodNotAllowed             a method that a path does not know
    WriteRefused                 writing is off, or not allowed to this client
    Unauthorized                 no token, or one that is not known
    Forbidden                    a token whose scope does not cover it
    ShapesViolated               a write that the shapes refuse
    PreconditionFailed           a conditional write whose condition does not hold
    BudgetExhausted              a client that used up its time
    Cancelled                    a query that was cancelled by its owner or an operator
    NotAcceptable                none of the formats asked for can be had
    LimitExceeded                a documented limit was reached
    SourceError                  a document that cannot be read
      UnsupportedSource            no reader for this kind of file
      MalformedSource              the reader found it broken
      EmptySource                  nothing to read in it
      SourceTooLarge               larger than the limit
      EgressRefused                a URL that the egress policy forbids
      SourceUnavailable            file or server cannot be reached
    AnnotationError              a line that does not follow the annotation contract
    NotFound                     the thing asked for is not in the store
      Gone                         it was there, and is kept no longer
  WorldError                   the world failed
    StoreError                   the store answered with an error
      StoreLocked                  another process writes to it
      StoreTimeout                 no answer within the time limit
      StoreUnavailable             it cannot be reached
        StoreBusy                    too many queries wait already
      StoreCorrupt                 journal and store disagree
    ModelUnavailable             a language model or gazetteer is not installed or not what it should be
```

The HTTP status and the exit code are class attributes, read late, so that a subclass can override them.
"""

from __future__ import annotations

from typing import ClassVar


class CrisiskgError(Exception):
    """Base of all errors of crisiskg.

    Attributes:
        status: HTTP status that the API answers with.
        exit_code: Exit code of the command line.
        code: Short stable name, in the `code` member of problem details.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the message and a hint on what to do next.

        Args:
            message: One sentence that names the thing, the value and what was possible.
            hint: What the reader can do about it.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint


class CallerError(CrisiskgError):
    """The caller can mend it."""

    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2
    code: ClassVar[str] = "bad_request"


class InvalidIdentifier(CallerError):
    """An identifier or IRI cannot be minted or used."""

    code: ClassVar[str] = "invalid_identifier"


class InvalidParameter(CallerError):
    """A parameter of a query, command or setting has a wrong value."""

    code: ClassVar[str] = "invalid_parameter"


class UnknownName(CallerError):
    """A query, dataset, format or setting does not exist."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "unknown_name"


class QuerySyntaxError(CallerError):
    """SPARQL does not parse."""

    code: ClassVar[str] = "query_syntax"


class MalformedBody(CallerError):
    """RDF in a request cannot be read."""

    code: ClassVar[str] = "malformed_body"


class QueryFailed(CallerError):
    """SPARQL that the engine cannot evaluate, as with a function that it does not know. It is well formed, so it is no 400."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "query_failed"


class QueryRefused(CallerError):
    """SPARQL is well formed and not allowed here."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "query_refused"


class FederationRefused(QueryRefused):
    """SERVICE or LOAD, which would call another host."""

    code: ClassVar[str] = "federation_disabled"


class MethodNotAllowed(CallerError):
    """A method that a path does not know.

    Attributes:
        allowed: The methods that it knows.
    """

    status: ClassVar[int] = 405
    code: ClassVar[str] = "method_not_allowed"

    def __init__(self, message: str, *, hint: str | None = None, allowed: tuple[str, ...] = ()) -> None:
        """Keep the methods beside the message."""
        super().__init__(f"{message}; possible are {', '.join(allowed)}" if allowed else message, hint=hint)
        self.allowed = allowed


class WriteRefused(CallerError):
    """Writing is off, or not allowed to this client."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "write_refused"


class Unauthorized(CallerError):
    """No token was given, or one that is not known; which of the two is not said."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "unauthorized"


class Forbidden(CallerError):
    """The scope of the token does not cover it."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"


class ShapesViolated(CallerError):
    """The shapes refuse a write.

    Attributes:
        report: The validation report as Turtle.
    """

    status: ClassVar[int] = 422
    code: ClassVar[str] = "shapes_violated"

    def __init__(self, message: str, *, hint: str | None = None, report: str = "") -> None:
        """Keep the report beside the message."""
        super().__init__(message, hint=hint)
        self.report = report


class PreconditionFailed(CallerError):
    """The condition of a conditional write does not hold."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "precondition_failed"


class BudgetExhausted(CallerError):
    """A client used up the time that it is given.

    Attributes:
        retry_after_s: Seconds after which it may ask again.
    """

    status: ClassVar[int] = 429
    code: ClassVar[str] = "budget_exhausted"

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: float = 60.0) -> None:
        """Keep when the client may come back."""
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class Cancelled(CallerError):
    """A query was cancelled by its owner or an operator."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "cancelled"


class NotAcceptable(CallerError):
    """None of the formats asked for can be had."""

    status: ClassVar[int] = 406
    code: ClassVar[str] = "not_acceptable"


class LimitExceeded(CallerError):
    """A documented limit was reached."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "limit_exceeded"


class SourceError(CallerError):
    """A document cannot be read."""

    status: ClassVar[int] = 422
    exit_code: ClassVar[int] = 3
    code: ClassVar[str] = "source_error"


class UnsupportedSource(SourceError):
    """There is no reader for this kind of file."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "unsupported_source"


class MalformedSource(SourceError):
    """The reader found the document broken."""

    code: ClassVar[str] = "malformed_source"


class EmptySource(SourceError):
    """There is nothing to read in the document."""

    code: ClassVar[str] = "empty_source"


class SourceTooLarge(SourceError):
    """The document is larger than the limit."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "source_too_large"


class EgressRefused(SourceError):
    """The egress policy forbids the URL."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "egress_refused"


class SourceUnavailable(SourceError):
    """The file or server cannot be reached."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "source_unavailable"


class AnnotationError(CallerError):
    """A line does not follow the annotation contract."""

    status: ClassVar[int] = 422
    exit_code: ClassVar[int] = 3
    code: ClassVar[str] = "annotation_error"


class NotFound(CallerError):
    """The thing asked for is not in the store."""

    status: ClassVar[int] = 404
    exit_code: ClassVar[int] = 4
    code: ClassVar[str] = "not_found"


class Gone(NotFound):
    """It was there, and is kept no longer."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "gone"


class WorldError(CrisiskgError):
    """The world failed."""

    status: ClassVar[int] = 502
    exit_code: ClassVar[int] = 6
    code: ClassVar[str] = "world_error"


class StoreError(WorldError):
    """The store answered with an error."""

    code: ClassVar[str] = "store_error"


class StoreLocked(StoreError):
    """Another process writes to the store."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "store_locked"


class StoreTimeout(StoreError):
    """The store gave no answer within the time limit."""

    status: ClassVar[int] = 504
    code: ClassVar[str] = "store_timeout"


class StoreUnavailable(StoreError):
    """The store cannot be reached."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "store_unavailable"


class StoreBusy(StoreUnavailable):
    """Too many queries wait already."""

    code: ClassVar[str] = "store_busy"


class StoreCorrupt(StoreError):
    """Journal and store disagree."""

    status: ClassVar[int] = 503
    exit_code: ClassVar[int] = 7
    code: ClassVar[str] = "store_corrupt"


class ModelUnavailable(WorldError):
    """A language model or gazetteer is not installed or not what it should be."""

    code: ClassVar[str] = "model_unavailable"
