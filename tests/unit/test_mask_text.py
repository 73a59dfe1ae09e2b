"""Nothing that identifies somebody is left of a prompt or of a bad value."""

import random
import string

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs.common_skeleton import common_skeleton
from udfs.mask_text import HEAD_CHARACTERS, TAIL_CHARACTERS, mask_text

MAIL = [
    "anna@example.com",
    "Anna.Mueller+tag@sub.example.co.uk",
    "jürgen.müller@bücher.example",
    "a_b@x.example",
    "user%40example.com",
    "anna.mueller@exam",
    "anna.mueller@",
    "@annamueller",
]
NUMBERS = [
    "+49 170 5550199",
    "(415) 555-0132",
    "0170/5550199",
    "415.555.0132",
    "13812345678",
    "٠١٢٣٤٥٦٧٨٩",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "078-05-1120",
    "12.03.1984",
]
KEYS = [
    "sk-live-9f8e7d6c5b4a39281706",
    "sk-ant-api03-abcDEFghi",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "xoxb-123456789012-abcdefABCDEF",
    "AIzaSyA-1234567890abcdefGHIJKLmnopqrst",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "d41d8cd98f00b204e9800998ecf8427e",
    "123e4567-e89b-12d3-a456-426614174000",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
]
ADDRESSES = [
    "203.0.113.77",
    "2001:db8::8a2e:370:7334",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "00:1B:44:11:3A:B7",
]
LINKS = [
    "https://example.com/u/anna?token=abc",
    "www.example.org/x",
    "example.com/anna/private",
    "s3://bucket/anna",
    "/home/anna/secret.txt",
    "C:\\Users\\anna\\secret.txt",
]
SPELT_OUT = [
    "anna [at] example [dot] com",
    "anna(at)example.com",
    "anna at example dot com",
]
NAMES = ["Anna", "Anna Schmidt", "Peter O'Brien", "Jean-Luc Picard", "Иван Петров"]


def mask(text: str | None) -> str | None:
    masked: str | None = mask_text(pa.array([text], pa.string()))[0].as_py()
    return masked


@pytest.mark.parametrize(
    ("secret", "label"),
    [
        (secret, label)
        for secrets, label in (
            (MAIL + SPELT_OUT, "<email>"),
            (NUMBERS, "<number>"),
            (KEYS, "<key>"),
            (ADDRESSES, "<ip>"),
            (NAMES, "<name>"),
        )
        for secret in secrets
    ],
)
def test_what_identifies_is_masked_wherever_it_stands(secret: str, label: str) -> None:
    assert mask(f"please ask {secret} about it") == f"please ask {label} about it"
    for text in (
        f"see {secret}",
        f"of: {secret}\nthen",
        f"(to {secret})",
        f"a, {secret}!",
    ):
        masked = mask(text)
        assert masked is not None
        assert label in masked
        assert not parts_of(secret) & parts_of(masked)


def parts_of(text: str) -> set[str]:
    """Runs of three letters or digits and more, that would give something away."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return {word for word in words if len(word) > 2} - {
        "key",
        "email",
        "number",
        "name",
    }


@pytest.mark.parametrize("link", LINKS)
def test_links_and_paths_are_masked(link: str) -> None:
    masked = mask(f"please open {link} today")
    assert masked is not None
    assert "<url>" in masked
    assert "anna" not in masked
    assert masked.endswith(" today")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=hunter2 is", "password=<key> is"),
        ("API key: correcthorse", "API key: <key>"),
        ('signed "Maria Garcia"', 'signed "<name>"'),
        ("Sum 12 and 3,000.50 now", "Sum <number> and <number> now"),
        ("  many \n\t blanks  ", "many blanks"),
        ("", ""),
        (None, None),
    ],
)
def test_masked_texts(text: str | None, masked: str | None) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Explain step by step why the sky is blue, then check your answer.",
        "compare (A) with (B) and say which is better",
        "what is the ratio a:b in std::vector of x?",
        "написать письмо про дождь",
        "请 一步一步 解释",
    ],
)
def test_what_identifies_nobody_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("secret", [*MAIL[:2], *KEYS[:4], "4111 1111 1111 1111"])
@pytest.mark.parametrize("place", ["head", "tail"])
def test_what_is_cut_in_two_is_not_told(secret: str, place: str) -> None:
    filler = "word " * 120
    for shift in range(len(secret)):
        if place == "head":
            start = HEAD_CHARACTERS - shift
            text = filler[: start - 1] + " " + secret + " " + filler
        else:
            text = filler + " " + secret + " " + filler[: TAIL_CHARACTERS - shift - 1]
        masked = mask(text)
        assert masked is not None
        assert not parts_of(secret) & parts_of(masked)
        left = parts_of(masked) - {"word"}
        assert all(part not in secret for part in left), left


def test_long_texts_are_cut() -> None:
    masked = mask("abc def " * 1_000_000)
    assert masked is not None
    assert len(masked) <= HEAD_CHARACTERS + TAIL_CHARACTERS + len(" ... ")
    assert " ... " in masked


# What is planted, as patterns: F and L are a first and last name, f and l the same in
# lower case; after a bar, 0 is a digit, X a capital or digit, x a letter or digit and h
# a hexadecimal digit.
PLANTED = {
    "mail": ["f.l@example.com", "f@mail.example.org", "l_f@example.co.uk"],
    "phone": ["+|00 000 0000", "|(000) 000-0000", "|000.000.0000", "+|00(000)000-0000",
              "|000\u2013000\u20130000", "|00000000000", "+|00\u00a0000\u00a0000000"],
    "card": ["|0000 0000 0000 0000", "|0000-0000-0000-0000", "|000-00-0000",
             "|0000\u00a00000\u00a00000\u00a00000", "DE|00 0000 0000 0000 0000 00"],
    "key": ["sk-|xxxxxxxxxxxxxxxxxxxx", "AKIA|XXXXXXXXXXXXXXXX", "ghp_|" + "x" * 36,
            "|" + "h" * 40, "|XXXXX-XXXXX-XXXXX-XXXXX", "npm_|" + "x" * 36,
            "SG.|" + "x" * 22 + "." + "x" * 43, "password is |xxxxxxxxxx",
            "Bearer |" + "x" * 30],
    "name": ["F L", "L, F", "Dr. L", "Mrs L", "F von L", "F L-L"],
}  # fmt: skip
FIRST = [
    "Anna",
    "Boris",
    "Dmitri",
    "Fatima",
    "Günther",
    "Hiroshi",
    "Ingrid",
    "João",
    "Katarzyna",
    "Olga",
    "Søren",
]
LAST = [
    "Schmidt",
    "Petrov",
    "García",
    "O'Connor",
    "Müller",
    "Tanaka",
    "Silva",
    "Kowalska",
    "McDonald",
]
PLACES = [
    "please write to {} about it", "Contact: {}", "{} is waiting", "Hi {}, welcome",
    "({})", "see {}; then go", "- {}\n- more", "User={}", "**{}** wrote",
    "我是{},请回复",
    '"{}" said so', "Dear {},\nthanks", "name: {}", "пишет {} сегодня",
]  # fmt: skip


def planted(pattern: str, rng: random.Random) -> str:
    """A secret of the pattern."""
    digits, letters = string.digits, string.ascii_letters
    fixed, bar, rest = pattern.partition("|")
    if bar:
        sets = {
            "0": digits,
            "X": string.ascii_uppercase + digits,
            "x": letters + digits,
            "h": "0123456789abcdef",
        }
        return fixed + "".join(rng.choice(sets[c]) if c in sets else c for c in rest)
    head, at, host = fixed.partition("@")
    first, last = rng.choice(FIRST), rng.choice(LAST)
    names = {"f": first.lower(), "l": last.lower()} if at else {"F": first, "L": last}
    return "".join(names.get(c, c) for c in head) + at + host


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_planted_is_left_in_prompts_or_skeletons(kind: str, seed: int) -> None:
    rng = random.Random(f"{kind} {seed}")
    secrets = [planted(rng.choice(PLANTED[kind]), rng) for _ in range(200)]
    places = [rng.choice(PLACES) for _ in secrets]
    texts = [
        place.format(secret) for place, secret in zip(places, secrets, strict=True)
    ]
    masked = mask_text(pa.array(texts))
    twice = pa.array([[one, f"{one} again"] for one in masked.to_pylist()])
    harmless = parts_of(" ".join(PLACES)) | {"Bearer", "password", "von", "Mrs"}
    for shown in (masked, common_skeleton(twice)):
        for text, secret, one in zip(texts, secrets, shown.to_pylist(), strict=True):
            assert not (parts_of(secret) - harmless) & parts_of(one or ""), text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.none() | st.text(max_size=700), max_size=4))
def test_any_text_can_be_masked(texts: list[str | None]) -> None:
    masked = mask_text(pa.array(texts, pa.string())).to_pylist()
    assert [one is None for one in masked] == [text is None for text in texts]
    assert masked == [mask(text) for text in texts]
    assert not any(c.isdecimal() for one in masked if one for c in one)
