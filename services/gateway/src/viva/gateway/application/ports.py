"""What the application needs from outside: one unit of work, and the stores in it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.message import Message

from viva.contracts.scoring.v1 import scoring_pb2 as scoring
from viva.gateway.domain.access import ApiKey
from viva.gateway.domain.bias_audit import Demographics, Sampled
from viva.gateway.domain.calibration import Calibration, Rating
from viva.gateway.domain.credits import Account, LedgerEntry
from viva.gateway.domain.interview import Interview, StoredObject
from viva.gateway.domain.join import Credential, JoinLink
from viva.gateway.domain.library import AnchorCheck, D, Entry, Framework
from viva.gateway.domain.notifications import (
    Delivery,
    Endpoint,
    EndpointChange,
    Invitation,
    Letter,
)
from viva.gateway.domain.reviews import AuditRecord, Override, Review
from viva.gateway.domain.verdict import VerdictRecord

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Part of a list, newest first."""

    items: tuple[Item, ...]
    has_more: bool


@dataclass(frozen=True)
class Cursor:
    """Where a page begins and how long it is.

    Attributes:
        starting_after: id of the last item of the page before; empty for the first page.
    """

    limit: int = 20
    starting_after: str = ""


@dataclass(frozen=True)
class InterviewFilter:
    """Which interviews a list holds; empty fields do not filter."""

    tenant_id: str
    test_mode: bool
    statuses: Sequence[str] = ()
    external_id: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None


class Interviews(Protocol):
    """The interviews of all tenants."""

    async def add(self, interview: Interview) -> None:
        """Stores a new interview."""

    async def get(self, interview_id: str) -> Interview | None:
        """Finds an interview whoever owns it."""

    async def of(self, tenant_id: str, interview_ids: Sequence[str]) -> Sequence[Interview]:
        """Finds a tenant's interviews."""

    async def lock(self, interview_id: str) -> Interview | None:
        """Finds an interview and holds its row until the commit."""

    async def save(self, interview: Interview) -> None:
        """Stores what changed; the row must be locked."""

    async def relabel(self, interview: Interview) -> None:
        """Stores the customer's own labels; the row must be locked."""

    async def page(self, where: InterviewFilter, cursor: Cursor) -> Page[Interview]:
        """Lists interviews."""


class Doors(Protocol):
    """Join links and session credentials, by their hashes."""

    async def add_link(self, link: JoinLink, at: datetime) -> None:
        """Stores a link."""

    async def find_link(self, token_hash: str) -> JoinLink | None:
        """Finds a link, replaced ones too."""

    async def replace_links(self, interview_id: str) -> None:
        """Marks every link of the interview as replaced and forgets its credentials."""

    async def add_credential(self, credential: Credential) -> None:
        """Stores a credential."""

    async def find_credential(self, credential_hash: str) -> Credential | None:
        """Finds a credential, expired ones too."""

    async def sweep(self, before: datetime) -> None:
        """Drops credentials that expired before `before`."""


class Library(Protocol):
    """Personas, frameworks and question sets; the kind is given by the definition's class."""

    async def add(self, entry: Entry[D]) -> None:
        """Stores a definition or a further version of it.

        Raises:
            ConflictError: `version_conflict`; somebody else stored this version.
        """

    async def add_missing(self, entry: Entry[D]) -> bool:
        """Stores a version unless it is there; tells whether it was missing."""

    async def find(
        self, kind: type[D], tenant_id: str, entry_id: str, version: int | None = None
    ) -> Entry[D] | None:
        """Finds a version of a tenant's definition, the newest by default."""

    async def page(self, kind: type[D], tenant_id: str, cursor: Cursor) -> Page[Entry[D]]:
        """Lists the newest versions."""


class Credits(Protocol):
    """Accounts and their ledgers."""

    async def account(self, tenant_id: str) -> Account:
        """Reads the account; one that was never used is empty."""

    async def lock(self, tenant_id: str) -> Account:
        """Reads the account and holds its row until the commit."""

    async def record(self, account: Account, entry: LedgerEntry) -> bool:
        """Stores the entry and the account after it; False where the event is known already."""

    async def reservation(self, interview_id: str) -> bool:
        """Whether the interview holds a reservation."""

    async def settled(self, interview_id: str, attempt: int) -> bool:
        """Whether the attempt is settled or released already."""

    async def entry_of(self, event_id: str) -> LedgerEntry | None:
        """Finds the entry that an event caused."""

    async def page(self, tenant_id: str, interview_id: str, cursor: Cursor) -> Page[LedgerEntry]:
        """Lists entries, of one interview where one is named."""


class Keys(Protocol):
    """API keys by the hashes of their secrets."""

    async def add(self, key: ApiKey, secret_hash: str) -> None:
        """Stores a key."""

    async def by_secret(self, secret_hash: str) -> ApiKey | None:
        """Finds the key of a secret, revoked ones too."""

    async def get(self, tenant_id: str, key_id: str) -> ApiKey | None:
        """Finds a tenant's key."""

    async def revoke(self, key_id: str, at: datetime) -> None:
        """Ends a key."""

    async def page(self, tenant_id: str, cursor: Cursor) -> Page[ApiKey]:
        """Lists a tenant's keys."""


class Reviews(Protocol):
    """Reviews with their notes, and overrides."""

    async def add(self, review: Review) -> None:
        """Stores a review; a second one of the same attempt is ignored."""

    async def lock(self, review_id: str) -> Review | None:
        """Finds a review and holds its row until the commit."""

    async def save(self, review: Review) -> None:
        """Stores a decision and the notes."""

    async def page(
        self, tenant_id: str, test_mode: bool, status: str, interview_id: str, cursor: Cursor
    ) -> Page[Review]:
        """Lists reviews; empty arguments do not filter."""

    async def of_interviews(self, interview_ids: Sequence[str]) -> Sequence[Review]:
        """Finds the reviews of interviews, oldest first."""

    async def add_override(self, override: Override) -> None:
        """Appends an override."""

    async def overrides_of(self, interview_ids: Sequence[str]) -> Sequence[Override]:
        """Finds the overrides of interviews, oldest first."""

    async def forget(self, interview_id: str) -> None:
        """Deletes the reviews and overrides of an interview: people wrote about its candidate."""


class Audit(Protocol):
    """Who did what."""

    async def add(self, record: AuditRecord) -> None:
        """Appends a record."""

    async def page(self, tenant_id: str, target: str, cursor: Cursor) -> Page[AuditRecord]:
        """Lists records, of one target where one is named."""


class DemographicsStore(Protocol):
    """What employers told for the bias audit."""

    async def known(
        self, tenant_id: str, test_mode: bool, interview_ids: Sequence[str]
    ) -> frozenset[str]:
        """Which of the interviews are the tenant's."""

    async def put(self, tenant_id: str, records: Sequence[Demographics]) -> None:
        """Stores records, each in place of the one before."""

    async def delete(self, tenant_id: str, interview_id: str) -> None:
        """Deletes one."""

    async def of(self, tenant_id: str, interview_ids: Sequence[str]) -> Sequence[Demographics]:
        """What is known of the candidates of these interviews."""

    async def sample(
        self,
        tenant_id: str,
        test_mode: bool,
        created_from: datetime | None,
        created_before: datetime | None,
    ) -> Sequence[Sampled]:
        """Every interview with a result, with what is known of its candidate."""


class RatingStore(Protocol):
    """What people say of past interviews."""

    async def put(self, tenant_id: str, framework_id: str, given: Sequence[Rating]) -> None:
        """Stores them, each in place of the same person's before."""

    async def of(self, framework_id: str) -> Sequence[Rating]:
        """All of a framework, in a fixed order."""

    async def forget(self, interview_id: str) -> None:
        """Deletes those of an interview."""


class Calibrations(Protocol):
    """Fits and what became of them."""

    async def add(self, found: Calibration) -> None:
        """Stores a new one."""

    async def lock(self, framework_id: str, calibration_id: str) -> Calibration | None:
        """Finds one of a framework and holds its row until the commit."""

    async def save(self, found: Calibration) -> None:
        """Stores that it was activated."""

    async def page(self, framework_id: str, cursor: Cursor) -> Page[Calibration]:
        """Lists those of a framework."""


class Vacancies(Protocol):
    """One version of one framework for each vacancy."""

    async def pin(
        self, tenant_id: str, test_mode: bool, vacancy: str, framework_id: str, version: int
    ) -> tuple[str, int]:
        """Holds a vacancy to a version; gives the framework and version it is held to."""


class VerdictRecords(Protocol):
    """Verdicts byte for byte."""

    async def of(self, interview_ids: Sequence[str]) -> Sequence[VerdictRecord]:
        """Finds the records of interviews, all attempts."""

    async def add(self, record: VerdictRecord) -> None:
        """Stores a record; a known one is never replaced."""

    async def get(self, interview_id: str, attempt: int) -> VerdictRecord | None:
        """Finds the record of an attempt."""

    async def forget(self, interview_id: str) -> None:
        """Deletes the records of all attempts."""


@dataclass(frozen=True)
class StoredAnswer:
    """The answer that belongs to an idempotency key; sealed, because it may hold secrets."""

    fingerprint: str
    done: bool
    status: int
    sealed_body: bytes
    started_at: datetime


class Idempotency(Protocol):
    """Which requests were answered already."""

    async def begin(self, key_hash: str, fingerprint: str, now: datetime) -> StoredAnswer | None:
        """Claims a key, or gives what another request with that key left."""

    async def take_over(
        self, key_hash: str, fingerprint: str, started_at: datetime, now: datetime
    ) -> bool:
        """Claims a key whose request never ended or whose answer is no longer replayed.

        Returns:
            False where somebody was faster.
        """

    async def finish(self, key_hash: str, status: int, sealed_body: bytes) -> None:
        """Stores the answer."""

    async def forget(self, key_hash: str) -> None:
        """Gives the key free: the request had no effect."""

    async def sweep(self, before: datetime) -> None:
        """Drops answers that are no longer replayed."""


class Work(Protocol):
    """One unit of work: everything in it is committed together, at its end."""

    @property
    def interviews(self) -> Interviews:
        """The interviews."""

    @property
    def doors(self) -> Doors:
        """Join links and credentials."""

    @property
    def library(self) -> Library:
        """Definitions."""

    @property
    def credits(self) -> Credits:
        """The ledger."""

    @property
    def keys(self) -> Keys:
        """API keys."""

    @property
    def reviews(self) -> Reviews:
        """Reviews and overrides."""

    @property
    def audit(self) -> Audit:
        """The audit log."""

    @property
    def demographics(self) -> DemographicsStore:
        """For the bias audit alone."""

    @property
    def records(self) -> VerdictRecords:
        """Verdicts byte for byte."""

    @property
    def ratings(self) -> RatingStore:
        """What people say of past interviews."""

    @property
    def calibrations(self) -> Calibrations:
        """Fits to those ratings."""

    @property
    def vacancies(self) -> Vacancies:
        """Which version each vacancy is scored by."""

    @property
    def idempotency(self) -> Idempotency:
        """Stored answers."""

    def emit(self, message: Message, *, interview_id: str) -> None:
        """Publishes an internal event with the commit."""

    def publish(self, event_type: str, data: dict[str, Any], *, interview_id: str) -> None:
        """Publishes on the public topic with the commit."""

    async def erase_published(self, interview_id: str) -> None:
        """Deletes what was published of the interview from the gateway's own tables."""

    def settle(self, interview_id: str) -> None:
        """Notes that what was published of the interview so far need not be repeated."""


OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class BundleStore(Protocol):
    """Objects that other services left: bundles and recordings."""

    async def get(self, key: str, sha256: str | None = None) -> bytes:
        """Reads a whole object and checks its hash."""

    async def get_range(self, key: str, start: int, end: int) -> bytes:
        """Reads the bytes from `start` up to and without `end`."""

    async def size(self, key: str) -> int:
        """How many bytes there are."""


class ScoringModel(Protocol):
    """The scoring service. Every call may raise a platform error, unavailable included."""

    async def rescore(self, bundle: StoredObject) -> bytes:
        """Computes a score anew from its bundle: viva.common.v1.InterviewScore, serialized."""

    async def check(self, framework: Framework) -> Sequence[AnchorCheck]:
        """Tells of each competency whether the model ranks its anchors rightly."""

    async def calibrate(self, rated: scoring.CalibrateRequest) -> scoring.CalibrateResponse:
        """Fits the weights of the evidence to ratings; takes some seconds."""


class Notifications(Protocol):
    """The notification service. Every call may raise a platform error, unavailable included."""

    async def create_endpoint(
        self, tenant_id: str, url: str, description: str, event_types: tuple[str, ...]
    ) -> tuple[Endpoint, str]:
        """Makes an endpoint; gives it and its secret."""

    async def endpoint(self, tenant_id: str, endpoint_id: str) -> Endpoint:
        """Finds an endpoint."""

    async def endpoints(self, tenant_id: str, cursor: Cursor) -> Page[Endpoint]:
        """Lists endpoints."""

    async def change_endpoint(
        self, tenant_id: str, endpoint_id: str, change: EndpointChange
    ) -> Endpoint:
        """Changes an endpoint."""

    async def delete_endpoint(self, tenant_id: str, endpoint_id: str) -> None:
        """Deletes an endpoint."""

    async def rotate_secret(self, tenant_id: str, endpoint_id: str) -> str:
        """Gives an endpoint a new secret."""

    async def signing_secret(self, tenant_id: str) -> str:
        """Gives the secret of deliveries to URLs that interviews name."""

    async def deliveries(
        self, tenant_id: str, endpoint_id: str, interview_id: str, cursor: Cursor
    ) -> Page[Delivery]:
        """Lists deliveries."""

    async def replay(self, tenant_id: str, delivery_id: str) -> Delivery:
        """Delivers once more, with the same id."""

    async def invite(self, letter: Letter) -> Invitation:
        """Sends an invitation; the same id is sent once."""

    async def invitations(self, tenant_id: str, interview_id: str) -> tuple[Invitation, ...]:
        """Lists the invitations of an interview."""
