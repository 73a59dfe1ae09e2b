"""The machine: Python, packages, Java, the pepper. Imports nothing but the library of
Python, as packages may be what is missing."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from extraction_watch.doctor.check import Check, Status

PROJECT = Path(__file__).resolve().parents[2]
PYTHON_MIN = (3, 11)
JAVA_MIN = 17
PEPPER_VARIABLE = "EXTRACTION_WATCH_PEPPER"
PEPPER_CHARACTERS_MIN = 16
SHOWN_PACKAGES = 4
_LOCKED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)\s*(?:;\s*([^\\]+))?")


def machine_checks(engine: str, environment: Mapping[str, str]) -> Iterator[Check]:
    """Everything that does not depend on a warehouse or on logs."""
    yield _python()
    yield _packages("core", is_needed=True)
    yield _packages("quality", is_needed=False)
    if engine == "spark":
        yield _packages("spark", is_needed=True)
    yield _java(engine, environment)
    yield _pepper(environment)


def _python() -> Check:
    found = sys.version.split()[0]
    if sys.version_info < PYTHON_MIN:
        needed = ".".join(map(str, PYTHON_MIN))
        return Check("python", "fail", f"{found}; install {needed} or newer")
    return Check("python", "ok", found)


def _packages(extra: str, is_needed: bool) -> Check:
    """The installed packages against a lock file."""
    name = f"packages ({extra})"
    lock = PROJECT / "requirements" / f"{extra}.txt"
    remedy = f"pip install --require-hashes -r requirements/{extra}.txt"
    if not lock.exists():
        return Check(name, "warn", f"{lock} is not there to compare them with")
    locked = _locked_versions(lock.read_text("utf-8"))
    installed = {package: _installed_version(package) for package in locked}
    missing = [package for package, found in installed.items() if found is None]
    others = [
        f"{package} {found} instead of {locked[package]}"
        for package, found in installed.items()
        if found not in (None, locked[package])
    ]
    if missing:
        lacks = f"{len(missing)} of {len(locked)} are missing, {_first(missing)}"
        if is_needed:
            return Check(name, "fail", f"{lacks}; run `{remedy}`")
        lost = "runs go without Great Expectations and Data Docs"
        return Check(name, "warn", f"{lacks}: {lost}; run `{remedy}`")
    if others:
        return Check(name, "warn", f"not as locked: {_first(others)}; run `{remedy}`")
    return Check(name, "ok", f"{len(locked)} as locked")


def _locked_versions(lock: str) -> dict[str, str]:
    """Package -> version, of those that this Python on this system needs."""
    found = (match.groups() for match in _LOCKED.finditer(lock))
    return {name: pinned for name, pinned, marker in found if _applies(marker)}


def _applies(marker: str | None) -> bool:
    if marker is None:
        return True
    if find_spec("packaging") is None:
        return False
    from packaging.markers import Marker

    return Marker(marker.strip()).evaluate()


def _installed_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _first(names: list[str]) -> str:
    more = len(names) - SHOWN_PACKAGES
    return ", ".join(names[:SHOWN_PACKAGES]) + (f" and {more} more" if more > 0 else "")


def _java(engine: str, environment: Mapping[str, str]) -> Check:
    """Java, which only Spark needs."""
    home = environment.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else environment.get("PATH"))
    severity: Status = "fail" if engine == "spark" else "ok"
    needed = f"for ENGINE=spark install Java {JAVA_MIN} or newer"
    if java is None:
        return Check("java", severity, f"none; DuckDB needs none, {needed}")
    said = subprocess.run(
        [java, "-version"], capture_output=True, text=True, check=False
    ).stderr
    number = re.search(r'version "(?:1\.)?(\d+)', said)
    if number is None or int(number[1]) < JAVA_MIN:
        shown = number[1] if number else "of an unknown version"
        return Check("java", severity, f"{java} is {shown}; {needed}")
    return Check("java", "ok", f"{number[1]} ({java})")


def _pepper(environment: Mapping[str, str]) -> Check:
    """The secret behind keyed hashes. Never shown."""
    pepper = environment.get(PEPPER_VARIABLE, "")
    if not pepper:
        return Check(
            "pepper",
            "warn",
            f"{PEPPER_VARIABLE} is not set: shared_identities shows no hashes, and no "
            "account can be forgotten; set it to a secret that you keep",
        )
    if len(pepper) < PEPPER_CHARACTERS_MIN:
        return Check(
            "pepper",
            "warn",
            f"{PEPPER_VARIABLE} is short and can be guessed; take at least "
            f"{PEPPER_CHARACTERS_MIN} characters",
        )
    return Check("pepper", "ok", "set")
