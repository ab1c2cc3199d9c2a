"""What is said where LanguageTool's embedded rules are not installed."""

from __future__ import annotations

import platform

import pytest

from localproof.engines.package import explain_missing_rules


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Windows", "AMD64"), ("Linux", "aarch64")])
def test_without_a_wheel_two_commands_bring_the_original(
    system: str, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    reason, remedy = explain_missing_rules("en")
    assert "wheel for Linux on x86-64 alone" in reason and "fewer errors are found" in reason
    assert "install" in remedy and "localproof setup languagetool" in remedy and "without a compiler" in remedy


def test_where_there_is_a_wheel_it_is_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    reason, remedy = explain_missing_rules("en")
    assert reason == "the package lingotweaker is not installed" and "install" in remedy
