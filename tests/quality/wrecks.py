"""Inputs that are wrecked, and healthy ones that look odd, as changes of a staged log.

Each is a list of SQL statements on the table `staged_requests` of a generated world
that ends with the day $day; `date_of(requested_at)` is a row's day.
"""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Case:
    """`seen` is what has to be found, as in the model day_findings, or drifted_ and a
    column; empty where nothing may be. `until` is the time at which the log ends on its
    last day; `with_totals`: the provider's totals are those of the unchanged log;
    `ties`: whether innocents could be tied together by it."""

    name: str
    statements: tuple[str, ...] = ()
    seen: str = ""
    stops: bool = False
    until: time = time.max
    with_totals: bool = False
    ties: bool = False


def constant(
    column: str,
    value: str,
    name: str,
    where: str = "date_of(requested_at) = $day",
    until: time = time.max,
    ties: bool = False,
) -> Case:
    """A column whose values, where there are any, all become one."""
    return Case(
        name,
        (
            f"update staged_requests set {column} = {value}"
            f" where {column} is not null and {where}",
        ),
        seen=f"same_{column}",
        until=until,
        ties=ties,
    )


def absent(column: str, name: str, where: str = "true", ties: bool = False) -> Case:
    """A column that is null on the last day."""
    return Case(
        name,
        (
            f"update staged_requests set {column} = null"
            f" where date_of(requested_at) = $day and {where}",
        ),
        seen=f"missing_{column.removesuffix('_key')}",
        ties=ties,
    )


def lost(
    where: str, name: str, seen: str = "missing_traffic", with_totals: bool = False
) -> Case:
    """Rows that are not there."""
    return Case(
        name,
        (f"delete from staged_requests where {where}",),
        seen=seen,
        stops=seen != "missing_hours",
        with_totals=with_totals,
    )


TODAY = "date_of(requested_at) = $day"
HALF_OF_THEM = "hash(account_id) % 2 = 0"
# As many accounts as requests on a day, of which each is anybody's.
ONCE_A_DAY = (
    "update staged_requests set account_id = 'x' || hash(request_id) % (select"
    " count(*) // count(distinct date_of(requested_at)) from staged_requests)"
)
SAMPLED = (
    f"delete from staged_requests where {TODAY} and hash(request_id) % 10 > 0",
    f"update staged_requests set sample_weight = 10 where {TODAY}",
)

WRECKS = (
    constant("client_device_id", "'one'", "device id constant", ties=True),
    constant(
        "client_device_id",
        "'one'",
        "device id constant; the log ends at half past midnight",
        until=time(0, 30),
        ties=True,
    ),
    constant(
        "client_device_id",
        "'one'",
        "device id constant from noon on",
        where=f"{TODAY} and hour(requested_at) >= 12",
        ties=True,
    ),
    constant(
        "client_device_id",
        "'one'",
        "device id constant for five days",
        where="date_of(requested_at) > $day - 5",
        ties=True,
    ),
    constant(
        "client_device_id",
        "substr(md5(client_device_id), 1, 2)",
        "device id cut to two characters",
        ties=True,
    ),
    constant("client_session_id", "'one'", "session id constant", ties=True),
    constant(
        "client_session_id",
        "substr(md5(account_id), 1, 2)",
        "session id is that of a shard, 256 values",
        ties=True,
    ),
    constant("client_ip", "'192.0.2.1'", "address is that of a new proxy", ties=True),
    constant("user_agent", "'one'", "user agent constant", ties=True),
    constant("tls_fingerprint", "'one'", "TLS fingerprint constant", ties=True),
    Case(
        "prompts redacted to one text",
        (
            "update staged_requests set prompt_key = 1, capability = 'coding',"
            " prompt_shingles = (select prompt_shingles from staged_requests"
            " where len(prompt_shingles) > 9 order by request_id limit 1)"
            f" where prompt_key is not null and {TODAY}",
        ),
        seen="same_prompt",
        ties=True,
    ),
    constant("input_tokens", "0", "input tokens all 0", ties=True),
    constant("output_tokens", "0", "output tokens all 0"),
    constant("model", "'one'", "model constant"),
    absent("client_device_id", "device id null"),
    absent(
        "client_device_id",
        "device id null in 70% of the rows",
        "hash(request_id) % 10 < 7",
    ),
    absent("client_session_id", "session id null"),
    absent("client_ip", "address null"),
    absent("user_agent", "user agent null"),
    absent("tls_fingerprint", "TLS fingerprint null", ties=True),
    absent("prompt_key", "prompt null"),
    absent("input_tokens", "input tokens null"),
    lost(f"{TODAY} and hash(request_id) % 2 = 0", "half of the rows lost"),
    lost(f"{TODAY} and {HALF_OF_THEM}", "half of the accounts lost"),
    lost("date_of(requested_at) = $day - 1", "the day before lost altogether"),
    Case(
        "half of the rows lost, where accounts send about once a day",
        (
            ONCE_A_DAY,
            f"delete from staged_requests where {TODAY} and"
            " hash(request_id, 1) % 2 = 0",
        ),
        seen="missing_traffic",
        stops=True,
    ),
    lost(
        f"{TODAY} and hour(requested_at) between 9 and 14",
        "six hours of the day lost",
        seen="missing_hours",
    ),
    lost(
        f"{TODAY} and hash(request_id) % 2 = 0",
        "half of the rows lost, with the provider's totals",
        seen="missing_usage",
        with_totals=True,
    ),
    Case(
        "a fifth of the rows lost, with the provider's totals",
        (f"delete from staged_requests where {TODAY} and hash(request_id) % 5 = 0",),
        seen="missing_usage",
        with_totals=True,
    ),
    Case(
        "account ids of another kind",
        (f"update staged_requests set account_id = md5(account_id) where {TODAY}",),
        seen="missing_traffic",
        stops=True,
    ),
    Case(
        "account id constant",
        (f"update staged_requests set account_id = 'one' where {TODAY}",),
        seen="missing_traffic",
        stops=True,
    ),
    Case(
        "a tenth of the rows rejected",
        (
            "update staged_requests set rejection_reason = 'missing value'"
            f" where {TODAY} and hash(request_id) % 10 = 0",
        ),
        seen="rejected",
    ),
    Case(
        "six rows of ten rejected",
        (
            "update staged_requests set rejection_reason = 'missing value'"
            f" where {TODAY} and hash(request_id) % 10 < 6",
        ),
        seen="rejected",
        stops=True,
    ),
    Case(
        "clocks of a twentieth of the rows three days ahead",
        (
            "update staged_requests set requested_at = requested_at + interval 3 day"
            " where date_of(requested_at) = $day - 3 and hash(request_id) % 20 = 0",
        ),
        seen="wrong_clock",
    ),
    Case("one row in ten, with weights", SAMPLED, seen="sample_weight", stops=True),
    Case(
        "one row in ten, with weights and the provider's totals",
        SAMPLED,
        seen="sample_weight",
        with_totals=True,
    ),
    Case(
        "a third of the accounts on another model",
        (
            "update staged_requests set model = 'other'"
            f" where {TODAY} and hash(account_id) % 3 = 0",
        ),
        seen="drifted_model",
    ),
)

HEALTHY = (
    Case("as generated"),
    Case("as generated, with the provider's totals", with_totals=True),
    Case(
        "a log of one day",
        ("delete from staged_requests where date_of(requested_at) < $day",),
    ),
    Case(
        "a log of four days, from a Saturday on",
        ("delete from staged_requests where date_of(requested_at) < $day - 3",),
    ),
    Case(
        "a log of nine days",
        ("delete from staged_requests where date_of(requested_at) < $day - 8",),
    ),
    *(
        Case(f"ends at {end:%H:%M}", until=end)
        for end in (time(0, 5), time(0, 30), time(1), time(4), time(9), time(17))
    ),
    Case("accounts send about once a day", (ONCE_A_DAY,)),
    Case(
        "half of the accounts are banned",
        (
            f"delete from staged_requests where {TODAY} and {HALF_OF_THEM}",
            "insert into enforcement_events by name select distinct account_id,"
            " 'banned' as action, $day as occurred_at"
            f" from staged_requests where {HALF_OF_THEM}",
        ),
    ),
    Case(
        "twice the accounts overnight",
        (
            "insert into staged_requests select * replace ("
            "'x' || account_id as account_id, 'x' || request_id as request_id,"
            " 'x' || client_device_id as client_device_id,"
            " 'x' || client_session_id as client_session_id, 'x' || file_id as file_id,"
            " 'x' || client_ip as client_ip, prompt_key + 1 as prompt_key)"
            f" from staged_requests where {TODAY}",
            "insert into known_accounts"
            " select * replace ('x' || account_id as account_id) from known_accounts",
        ),
    ),
    Case(
        "a holiday: as the Sunday before",
        (
            f"delete from staged_requests where {TODAY}",
            "insert into staged_requests select * replace ("
            "'x' || request_id as request_id, 'x' || file_id as file_id,"
            " requested_at + to_days(cast(isodow($day) as integer)) as requested_at)"
            " from staged_requests"
            " where date_of(requested_at) = $day - cast(isodow($day) as integer)",
        ),
    ),
    Case(
        "the largest customer leaves",
        (
            f"delete from staged_requests where {TODAY} and account_id ="
            " (select mode(account_id) from staged_requests)",
        ),
    ),
    Case(
        "a file delivered twice",
        (
            "insert into staged_requests"
            " select * replace ('x' || file_id as file_id) from staged_requests"
            f" where {TODAY}",
        ),
    ),
)
