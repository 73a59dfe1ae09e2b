"""FROM, TO and STEP of a back-test."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction_watch.backtest.span import STEPS, Span, read_bounds
from extraction_watch.inputs import InputError

LOG_FIRST = datetime(2026, 3, 1, 5, 30)
LOG_LAST = datetime(2026, 3, 4, 22, 0)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1))


def test_by_default_all_days_of_the_log() -> None:
    span = read_bounds(None, None, "1d").span(LOG_FIRST, LOG_LAST)
    assert (span.begin, span.end) == (datetime(2026, 3, 1), datetime(2026, 3, 5))
    assert span.steps == 4
    assert span.moment(1) == datetime(2026, 3, 2)
    assert span.moment(4) == datetime(2026, 3, 5)


def test_a_day_is_a_whole_one_and_a_moment_is_itself() -> None:
    span = read_bounds("2026-03-02", "2026-03-02", "6h").span(LOG_FIRST, LOG_LAST)
    assert (span.begin, span.end) == (datetime(2026, 3, 2), datetime(2026, 3, 3))
    span = read_bounds("2026-03-02T06:00", "2026-03-02 07:30", "1h").span(
        LOG_FIRST, LOG_LAST
    )
    assert [span.moment(n) for n in (1, 2)] == [
        datetime(2026, 3, 2, 7),
        datetime(2026, 3, 2, 7, 30),
    ]
    assert span.steps == 2


@pytest.mark.parametrize(
    ("first", "last", "step", "message"),
    [
        (None, None, "2h", "STEP=2h is none of 1h, 6h, 1d"),
        ("March", None, "1d", "FROM=March is neither a day like"),
        (None, "2026-02-30", "1d", "TO=2026-02-30 is neither"),
        (None, "2026-03-01T00:00+01:00", "1d", "nor a moment in UTC"),
        ("2026-03-03", "2026-03-02", "1d", "TO=2026-03-02 is not after FROM"),
        ("2026-03-05", None, "1d", "no requests from 2026-03-05"),
        (None, "2026-02-20", "1d", "its first is of 2026-03-01 05:30"),
        ("2026-02-01", "2026-02-20", "1d", "its last of 2026-03-04 22:00"),
    ],
)
def test_what_cannot_be_replayed(
    first: str | None, last: str | None, step: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_bounds(first, last, step).span(LOG_FIRST, LOG_LAST)


@given(moments, moments, st.sampled_from([*STEPS]), st.lists(moments))
def test_every_known_moment_is_before_the_end_of_a_step_and_not_by_more(
    one: datetime, other: datetime, step: str, known: list[datetime]
) -> None:
    begin, end = sorted((one, other + timedelta(seconds=1)))
    span = Span(begin, end, STEPS[step])
    ends = span.moments_of_change(known)
    assert ends == sorted(set(ends))
    assert ends[-1] == end
    for moment in known:
        if begin <= moment < end:
            first = min(one for one in ends if one > moment)
            assert first - moment <= span.step
        elif moment < begin:
            assert ends[0] == span.moment(1)
    assert len(ends) <= len(known) + 1
