"""Which LanguageTool: the embedded one, the original on Java, or a server. The rules have the same names in all."""

from __future__ import annotations

from ..config import Settings
from ..report import Unavailable
from .interface import Engine


def open_languagetool(settings: Settings) -> Engine:
    """The engine in the home that `settings` name; with "auto", in that which is there: a server that is named, else
    the original that was set up, else the embedded one. Raises Unavailable where there is none for the language."""
    home = _home(settings)
    if home == "server" and not settings.languagetool_server:
        raise Unavailable("languagetool", "no server is named", 'languagetool-server = "http://localhost:8081"')
    if home != "embedded":
        return _original(settings, home)
    from .languagetool import LanguageToolEngine

    return LanguageToolEngine(settings)


def is_embedded(settings: Settings) -> bool:
    """Whether it is the embedded one, whose rules are those in the files that are installed here."""
    return _home(settings) == "embedded"


def _home(settings: Settings) -> str:
    if settings.languagetool_home != "auto":
        return settings.languagetool_home
    if settings.languagetool_server:
        return "server"
    return "java" if _is_installed(settings.language) else "embedded"


def _original(settings: Settings, home: str) -> Engine:
    from .original.engine import OriginalLanguageTool

    return OriginalLanguageTool(settings, home)


def _is_installed(language: str) -> bool:
    from .original.place import find_installation, install_folder

    try:
        found = find_installation(install_folder())
    except ImportError:  # without platformdirs there is no folder to set anything up in
        return False
    return found is not None and language.split("-")[0] in found.languages
