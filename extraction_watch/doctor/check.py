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
        return f"{self.status:4}  {self.name}: {self.message}"
