"""How much a registration may hold, which depends on whose accounts sign in: asked by every rule on size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.entra import Entra
from linter.entra.records import SignInAudience
from linter.finding import Confidence, Hit, Related, Unknown
from linter.memory import remembers_last
from linter.model import Application, place
from linter.placeholder import is_placeholder
from linter.positions import At
from linter.sign_in.audience import admitted
from linter.typed import NamedTuple


class Exceeded(NamedTuple):
    """A limit that is exceeded: `most` is the limit, `personal` says that personal accounts narrow it."""

    most: int
    personal: bool
    confidence: Confidence
    related: tuple[Related, ...]

    @property
    def words(self) -> str:
        """The limit as the end of a sentence."""
        return f"{self.most:,} is the limit{' with personal accounts' if self.personal else ''}"


@remembers_last
def audience_of(application: Application, entra: Entra) -> SignInAudience | Unknown | None:
    """The facts of the app's signInAudience; None where it is no value of it, which is another fault."""
    written = application.sign_in_audience
    if written is None or (isinstance(written, str) and is_placeholder(written)):
        return Unknown("application.sign_in_audience")
    return admitted(application, entra)


def may_admit_personal(application: Application, entra: Entra) -> bool:
    """Whether personal accounts sign in, as far as is known: what else is not stated matters only then."""
    row = audience_of(application, entra)
    return isinstance(row, Unknown) or (row is not None and row.personal)


def may_be_limited(application: Application, entra: Entra, field: str) -> bool:
    """Whether the app's audience has the limit `field`, as far as is known."""
    row = audience_of(application, entra)
    return isinstance(row, Unknown) or (row is not None and _bound(row, field) is not None)


def admits_personal(application: Application) -> tuple[Related, ...]:
    """The line of the registration that admits personal accounts."""
    return (Related(place(application, "sign_in_audience"), "admits personal accounts"),)


def exceeded(application: Application, entra: Entra, field: str, size: int) -> Exceeded | Unknown | None:
    """Whether `size` is above the limit `field` of the app's audience; None where it is not.

    Where the audience is not stated, what every audience refuses is above it all the same, and what
    only some refuse is unknown.
    """
    row = audience_of(application, entra)
    if row is None:
        return None
    if isinstance(row, Unknown):
        bounds = [
            (bound, one) for one in entra.sign_in_audiences if (bound := _bound(one, field)) is not None
        ]
        if all(size <= bound for bound, _ in bounds):
            return None
        widest, one = max(bounds, key=lambda pair: pair[0])
        if len(bounds) < len(entra.sign_in_audiences) or size <= widest:
            return row
        return Exceeded(widest, personal=False, confidence=one.confidence, related=())
    bound = _bound(row, field)
    if bound is None or size <= bound:
        return None
    narrowed = row.personal and _others(entra, field) != {bound}
    return Exceeded(bound, narrowed, row.confidence, admits_personal(application) if narrowed else ())


class Measure(NamedTuple):
    """How large something is that the limit `field` is for; `counted` says it as a sentence."""

    field: str
    size: int
    subject: str
    at: At
    counted: str


def beyond(
    application: Application, entra: Entra, measures: Iterable[Measure | Unknown]
) -> Iterator[Hit | Unknown]:
    """The findings that something is larger than the audience allows; what is unknown is handed on."""
    for measure in measures:
        if isinstance(measure, Unknown):
            yield measure
            continue
        for found in over(application, entra, measure.field, measure.size):
            if isinstance(found, Unknown):
                yield found
            else:
                message = f"{measure.counted}, and {found.words}"
                yield Hit(measure.subject, measure.at, message, found.related, confidence=found.confidence)


def over(application: Application, entra: Entra, field: str, size: int) -> Iterator[Exceeded | Unknown]:
    """The same for a loop: what is exceeded or unknown, or nothing."""
    found = exceeded(application, entra, field, size)
    if found is not None:
        yield found


def _others(entra: Entra, field: str) -> set[int | None]:
    """The limits of the audiences without personal accounts."""
    return {_bound(row, field) for row in entra.sign_in_audiences if not row.personal}


def _bound(row: SignInAudience, field: str) -> int | None:
    found: int | None = getattr(row, field)
    return found
