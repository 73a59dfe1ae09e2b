"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, and what to do where it is not well."""

    name: str
    status: Status
    message: str

    def __str__(self) -> str:
        # names of files and words of a failed run may steer a terminal; `printable` of
        # the inputs needs packages whose lack is told here
        shown = "".join(
            letter if letter.isprintable() else ascii(letter)[1:-1]
            for letter in self.message
        )
        return f"{self.status:4}  {self.name}: {shown}"
