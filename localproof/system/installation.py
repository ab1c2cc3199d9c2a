"""Where LocalProof was installed from, and the command that adds to that installation.

LocalProof's name alone is no address: what an index has under it may be
somebody else's. So a command names the folder, the repository or the file that
this installation came from, or else nothing but the packages that are missing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_NAME = "localproof"
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([\w-]+)["']""")


@dataclass(frozen=True)
class Installation:
    """An installation of LocalProof. `requires` are its packages' names and versions by extra, "" for those that it
    always needs; `source` is what is known of where it came from (the ``direct_url.json`` of PEP 610), if anything."""

    requires: Mapping[str, tuple[str, ...]]
    source: Mapping[str, Any] | None = None
    prefix: Path = Path(sys.prefix)
    python: Path = Path(sys.executable)

    def command(self, *, extra: str = "", package: str = "") -> str:
        """The command that adds an extra of LocalProof, or a package by itself."""
        missing = self.requires.get(extra, ()) if extra else (self._pinned(package),)
        if (self.prefix / "uv-receipt.toml").is_file():
            return self._uv_tool(extra, missing)
        if (self.prefix / "pipx_metadata.json").is_file():
            return _line("pipx", "inject", self.prefix.name, *missing)
        what = self._spec({extra}) if extra else None
        if what is None and not missing:
            return f"install LocalProof again from where you have it, with its extra “{extra}”"
        return _line(*self._installer(), *(what or missing))

    def _pinned(self, package: str) -> str:
        """`package` with the versions that LocalProof works with, where it says."""
        every = (each for some in self.requires.values() for each in some)
        return next((each for each in every if re.match(rf"{re.escape(package)}\b(?![-.])", each)), package)

    def _installer(self) -> tuple[str, ...]:
        """The program that installs packages beside this one, as the user's shell would find it."""
        from shutil import which

        found = which("pip")
        if found and Path(found).parent == self.python.parent:
            return "pip", "install"
        packages = (*self.prefix.glob("lib/python*/site-packages"), self.prefix / "Lib/site-packages")
        if any((folder / "pip").is_dir() for folder in packages) or not _made_by_uv(self.prefix):
            return str(self.python), "-m", "pip", "install"
        return "uv", "pip", "install", "--python", str(self.python)

    def _uv_tool(self, extra: str, missing: tuple[str, ...]) -> str:
        """A tool of uv is installed anew, with all that it had, for uv adds to none."""
        extras, others = _received(self.prefix / "uv-receipt.toml")
        spec = self._spec(extras | ({extra} if extra else set()))
        added = (*others, *(() if extra and spec else missing))
        spec = spec or (_NAME + _bracketed(extras),)
        return _line("uv", "tool", "install", *(x for each in added for x in ("--with", each)), *spec)

    def _spec(self, extras: set[str]) -> tuple[str, ...] | None:
        """LocalProof with `extras` from where it came from, as arguments; None where that is not known or has gone."""
        source, more = self.source or {}, _bracketed(extras)
        url = str(source.get("url", ""))
        path = _path_of(url)
        if path is not None and not path.exists():
            return None
        within = f"#subdirectory={source['subdirectory']}" if source.get("subdirectory") else ""
        if vcs := source.get("vcs_info"):
            revision = vcs.get("commit_id") or vcs.get("requested_revision") or ""
            return (f"{_NAME}{more} @ {vcs.get('vcs', 'git')}+{url}{revision and f'@{revision}'}{within}",)
        if "archive_info" in source:
            return (f"{_NAME}{more} @ {url}{within}",)
        if path is not None:
            editable = source.get("dir_info", {}).get("editable", False)
            return (*(["-e"] if editable else []), f"{path}{more}")
        return None


@cache
def installation() -> Installation:
    """The installation that is running: by its own record, or as a checkout of the source that was never installed."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution

    package = Path(__file__).parents[1]
    try:
        found = distribution(_NAME)
        source = json.loads(found.read_text("direct_url.json") or "null")
        if _is_of(found, source, package):
            return Installation(_requirements(found), source if isinstance(source, dict) else None)
        requires = _requirements(found)
    except (PackageNotFoundError, OSError, ValueError):
        requires = {}
    checkout = package.parent
    if not (checkout / "pyproject.toml").is_file():
        return Installation(requires)
    return Installation(requires, {"url": checkout.as_uri(), "dir_info": {"editable": True}})


def install_command(*, extra: str = "", package: str = "") -> str:
    """The command that adds an extra of LocalProof, or a package by itself, to the installation that is running."""
    return installation().command(extra=extra, package=package)


def _is_of(found: Distribution, source: Any, package: Path) -> bool:
    """Whether the record of an installation is that of `package`, and not of another copy."""
    if Path(str(found.locate_file(_NAME))).resolve() == package.resolve():
        return True
    folder = _path_of(str(source.get("url", ""))) if isinstance(source, dict) else None
    return folder is not None and package.resolve().is_relative_to(folder.resolve())


def _requirements(found: Distribution) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for each in found.requires or ():
        what, _, marker = each.partition(";")
        extra = _EXTRA.search(marker)
        name = extra[1] if extra else ""
        out[name] = (*out.get(name, ()), what.strip())
    return out


def _received(receipt: Path) -> tuple[set[str], tuple[str, ...]]:
    """(the extras of LocalProof, the other packages) that a tool of uv was asked for with."""
    import tomllib

    try:
        asked = tomllib.loads(receipt.read_text("utf-8"))["tool"]["requirements"]
        own = next(each for each in asked if each["name"] == _NAME)
        others = tuple(f"{each['name']}{each.get('specifier', '')}" for each in asked if each["name"] != _NAME)
        return set(map(str, own.get("extras", ()))), others
    except (OSError, ValueError, KeyError, TypeError, StopIteration, AttributeError):
        return set(), ()


def _made_by_uv(prefix: Path) -> bool:
    try:
        return "\nuv = " in "\n" + (prefix / "pyvenv.cfg").read_text("utf-8")
    except (OSError, ValueError):
        return False


def _path_of(url: str) -> Path | None:
    """The path that a file's URL names; None for any other URL."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    return Path(path.removeprefix("/") if os.name == "nt" else path)


def _bracketed(extras: set[str]) -> str:
    return f"[{','.join(sorted(extras))}]" if extras else ""


def _line(*words: str) -> str:
    """A command line as a shell takes it."""
    if os.name == "nt":
        return " ".join(word if re.fullmatch(r"[\w.:\\/@=+-]+", word) else f'"{word}"' for word in words)
    from shlex import join

    return join(words)
