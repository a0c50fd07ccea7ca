"""From a stored bundle to the interview's score: the same way for the event and for a replay."""

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from viva.contracts.common.v1 import common_pb2 as pb
from viva.platform.errors import InvalidError
from viva.platform.objects import Objects
from viva.scoring.application.ports import Version
from viva.scoring.application.scorer import Scorer
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.entrypoints import decode, encode


class BundleScorer:
    """Reads, scores, and says what the score rests on."""

    def __init__(
        self,
        scorer: Scorer,
        objects: Objects,
        coefficients: Coefficients,
        versions: Sequence[Version],
    ) -> None:
        self._scorer = scorer
        self._objects = objects
        self._coefficients = coefficients
        self._versions = versions

    async def score(self, ref: pb.ObjectRef) -> pb.InterviewScore:
        """Scores a bundle, whose hash is checked.

        Raises:
            NotFoundError: there is no such object.
            InvalidError: `object_corrupt` or `bundle_unreadable`.
        """
        bundle = parse_bundle(await self._objects.get(ref.key, ref.sha256))
        result = await self._scorer.interview(decode.interview(bundle))
        provenance = pb.Provenance(
            bundle_sha256=ref.sha256,
            transcript_sha256=decode.transcript_sha256(bundle),
            runtime=fingerprint(self._versions),
        )
        return encode.interview_score(result, self._coefficients, self._versions, provenance)


def fingerprint(versions: Sequence[Version]) -> str:
    """Interpreter, processor and libraries: what has a version and no hash."""
    return "; ".join(f"{one.name} {one.version}" for one in versions if not one.sha256)


def parse_bundle(data: bytes) -> pb.InterviewBundle:
    """Reads the stored bundle.

    Raises:
        InvalidError: the bytes are no bundle.
    """
    try:
        return pb.InterviewBundle.FromString(data)
    except DecodeError as error:
        raise InvalidError("the bundle cannot be read", code="bundle_unreadable") from error
