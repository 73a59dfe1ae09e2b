"""From when to when, and in which steps, a log is replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from extraction_watch.inputs import InputError

STEPS = {"1h": timedelta(hours=1), "6h": timedelta(hours=6), "1d": timedelta(days=1)}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A replay from `begin` to `end` (UTC, without zone) in steps of `step`.

    A step ends at a moment and knows what happened before it. The last one ends at
    `end`, and is shorter where the span is no multiple of `step`.
    """

    begin: datetime
    end: datetime
    step: timedelta

    @property
    def steps(self) -> int:
        """Number of steps, at least 1."""
        return -((self.begin - self.end) // self.step)

    def moment(self, number: int) -> datetime:
        """The end of a step; they count from 1."""
        return min(self.begin + number * self.step, self.end)

    def moments_of_change(self, begins: Iterable[datetime]) -> list[datetime]:
        """Ends of the steps that begin then, and of the last one.

        A step in which nothing became known would show what the step before it showed.
        What was known before the begin counts for the first step.
        """
        numbers = {
            max((begin - self.begin) // self.step + 1, 1)
            for begin in begins
            if begin < self.end
        }
        return [self.moment(number) for number in sorted(numbers | {self.steps})]


@dataclass(frozen=True)
class Bounds:
    """What FROM, TO and STEP say; a bound that is not named is None."""

    begin: datetime | None
    end: datetime | None
    step: timedelta

    def span(self, log_first: datetime, log_last: datetime) -> Span:
        """The span within a log of these times; by default all of its days.

        Raises InputError where the log has nothing in it.
        """
        begin = self.begin or _day(log_first.date())[0]
        end = self.end or _day(log_last.date())[1]
        if begin > log_last or end <= log_first or end <= begin:
            raise InputError(
                f"The log has no requests from {begin} to {end}: its first is of "
                f"{log_first}, its last of {log_last}."
            )
        return Span(begin, end, self.step)


def read_bounds(first: str | None, last: str | None, step: str) -> Bounds:
    """Read FROM, TO and STEP. A date stands for its whole day. Raises InputError."""
    if step not in STEPS:
        raise InputError(f"STEP={step} is none of {', '.join(STEPS)}.")
    begin = _day_or_moment("FROM", first)[0] if first else None
    end = _day_or_moment("TO", last)[1] if last else None
    if begin and end and end <= begin:
        raise InputError(f"TO={last} is not after FROM={first}.")
    return Bounds(begin, end, STEPS[step])


def _day_or_moment(name: str, text: str) -> tuple[datetime, datetime]:
    """Begin and end of what a value names: of a day, or twice the same moment."""
    try:
        return _day(date.fromisoformat(text))
    except ValueError:
        pass  # then it is a moment, or nothing
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise InputError(
            f"{name}={text} is neither a day like 2026-03-01 nor a moment in UTC like "
            "2026-03-01T06:00."
        )
    return moment, moment


def _day(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time())
    return begin, begin + ONE_DAY
