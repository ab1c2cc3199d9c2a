"""`localproof models`: what it tells, what it gets and only when told to, and what it writes into the user's files."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path

import pytest
from gguf_fakes import tiny
from test_download import CONTENT, Faults, serving
from test_models_store import FILE, SUM, entry, places

from localproof.cli import run
from localproof.commands.model_listing import describe_model_here
from localproof.config import BUNDLED, BUNDLED_MODELS, Settings
from localproof.models.catalogue import load, shipped_entries
from localproof.models.vocabulary import CLAIMS
from localproof.report import BadInput, Unavailable
from localproof.terminal import Terminal


class _Person(io.BytesIO):
    """Standard input of somebody who sits at a terminal."""

    def isatty(self) -> bool:
        return True


def models(env: dict[str, str], *args: str, typed: bytes | None = None) -> tuple[int, str, str]:
    """(exit status, standard output, standard error) of ``localproof models ARGS``."""
    stdin = io.BytesIO() if typed is None else _Person(typed)
    terminal = Terminal(stdin, io.StringIO(), io.StringIO(), env)
    status = run(["models", *args], terminal)
    return status, terminal.stdout.getvalue(), terminal.stderr.getvalue()  # type: ignore[attr-defined]


def here(env: dict[str, str]) -> list[str]:
    """The models on this machine, but for the one that comes along."""
    return [name for name in entries(models(env, "list", "--here")[1]) if name not in BUNDLED_MODELS]


def entries(said: str) -> dict[str, str]:
    """What the list says of each model, in one line."""
    out: dict[str, str] = {}
    for line in said.splitlines()[1:]:  # after the heads
        if not line.startswith(" "):
            name = line.removeprefix("* ").split()[0]
        out[name] = " ".join([*out.get(name, "").split(), *line.split()])
    return out


def test_the_list_says_licence_data_consent_and_cost_of_each(tmp_path: Path) -> None:
    status, said, told = models(places(tmp_path))
    lines = entries(said)
    assert max(map(len, said.splitlines())) <= 80
    assert status == 0 and set(lines) == {m.id for m in shipped_entries()}
    assert said.startswith("MODEL ")
    assert "Llama-3.2-Community" in (llama := lines["llama-3.2-1b-instruct"]) and "no OSI licence" in llama
    assert "259 MWh (derived, without its teachers)" in lines["llama-3.2-1b-instruct"]
    assert "training energy not disclosed" in lines["olmo2-1b-instruct-q4km"]
    assert "consent: opt-outs, also later ones" in lines["apertus-8b-instruct-2509"]
    assert " no " in lines["qwen3-0.6b"] and "2 on this machine" in told
    assert lines["localproof-small"].startswith("localproof-small CC-BY-4.0 8 MB yes yes")


@pytest.mark.parametrize(
    ("flags", "some", "none"),
    [
        (["--license", "cc-by-4.0"], "kl3m-002-170m", "qwen3-0.6b"),
        (["--require", "data-disclosed,opt-out-retroactive"], "luciole-1b-instruct-1.1", "smollm3-3b"),
        (["--require", "open-licence-data"], "comma-v0.1-2t", "baguettotron-321m"),
    ],
)
def test_the_list_can_be_narrowed(tmp_path: Path, flags: list[str], some: str, none: str) -> None:
    _, said, _ = models(places(tmp_path), "list", *flags)
    assert some in said and none not in said
    assert here(places(tmp_path)) == []


def test_the_list_fits_a_narrow_terminal(tmp_path: Path) -> None:
    _, said, _ = models({**places(tmp_path), "COLUMNS": "60"}, "list")
    assert max(map(len, said.splitlines())) <= 60


def test_the_card_says_every_gap_and_where_each_value_was_read(tmp_path: Path) -> None:
    _, said, _ = models(places(tmp_path), "show", "olmo2-1b-instruct-q4km")
    starts = [line.strip() for line in said.splitlines()]
    assert [label for label in CLAIMS.values() if not any(line.startswith(f"{label}:") for line in starts)] == []
    for text in ("not disclosed by its makers", "sibling OLMo-2-1124-7B: 131,000 kWh", "[1] OLMo 2 1B: model card"):
        assert text in said
    assert "energy-disclosed: no" in said


def test_scripts_get_the_card_the_entry_and_its_sources(tmp_path: Path) -> None:
    _, said, _ = models(places(tmp_path), "show", "llama-3.2-1b-instruct", "--json")
    model = json.loads(said)
    assert model["schema"] == 1 and model["osi"] is False and model["entry"]["carbon"]["value"] == 107
    assert model["verdicts"]["energy-disclosed"]["answer"] == "no"
    assert set(model["sources"]) == {"llama-3.2-card", "llama-3.2-second-hand", "aial"}
    _, said, _ = models(places(tmp_path), "list", "--json")
    assert len(json.loads(said)["models"]) == len(shipped_entries())


def test_nothing_is_got_before_somebody_says_yes(tmp_path: Path) -> None:
    faults = Faults(content=FILE)
    with serving(faults) as url:
        env = places(tmp_path, entry(url))
        with pytest.raises(BadInput, match="add --yes"):
            models(env, "get", "tiny")
        status, said, _ = models(env, "get", "tiny", typed=b"no\n")
        assert status == 2 and faults.asked == []
        for text in ("licence", "consent", "energy", url, SUM[:16], "25 kB to download", str(tmp_path / "models")):
            assert text in said.replace("\n         ", "")
        status, said, _ = models(env, "get", "tiny", typed=b"y\n")
        assert status == 0 and len(faults.asked) == 1
        assert (tmp_path / "models" / "tiny" / "tiny.gguf").read_bytes() == FILE
    assert here(env) == ["tiny"]


def test_a_file_that_is_another_one_is_not_put_in_place(tmp_path: Path) -> None:
    with serving(Faults(content=CONTENT[: len(FILE)])) as url:
        env = places(tmp_path, entry(url))
        with pytest.raises(Unavailable, match="not the one that was asked for"):
            models(env, "get", "tiny", "--yes")
    assert here(env) == []


def test_what_the_settings_do_not_let_in_is_not_got_and_not_used(tmp_path: Path) -> None:
    env = {**places(tmp_path), "LOCALPROOF_MODELS_REQUIRE": "energy-disclosed,carbon-disclosed"}
    for action in ("get", "use"):
        with pytest.raises(BadInput, match=r"the energy of its training .* the CO2 of its training"):
            models(env, action, "olmo2-1b-instruct-q4km")
    assert "not let in by your settings" in models(env, "list")[1]


def test_a_file_of_ones_own_is_added_used_verified_and_removed(tmp_path: Path) -> None:
    env = places(tmp_path)
    path = tiny(tmp_path / "mine.gguf")
    status, said, _ = models(env, "add", str(path), "--id", "mine")
    assert status == 0 and "consent: not found: the file does not say" in said
    assert load(env).get("mine").files[0].path == str(path)
    assert "is mine already" in models(env, "add", str(path))[1]
    _, _, told = models(env, "use", "mine")
    assert tomllib.loads((tmp_path / "config" / "localproof.toml").read_text()) == {"model": "mine"}
    assert "it is not known whether its training data is disclosed" in told
    assert "* mine" in models(env, "list")[1]
    status, said, _ = models(env, "verify")
    assert status == 0 and f"mine: as the catalogue has it, {SUM}\n" in said
    path.write_bytes(FILE[:-1] + b"x")
    status, said, _ = models(env, "verify", "mine")
    assert status == 2 and "CHANGED" in said
    _, _, told = models(env, "remove", "mine")
    assert "models use none" in told and path.exists() and "mine" not in load(env).models
    models(env, "use", "none")
    assert tomllib.loads((tmp_path / "config" / "localproof.toml").read_text()) == {"model": ""}


def test_adding_leaves_the_users_own_catalogue_as_it_was(tmp_path: Path) -> None:
    written = "# mine\n" + entry()
    env = places(tmp_path, written)
    models(env, "add", str(tiny(tmp_path / "b.gguf", {"general.name": "Other"})))
    catalogue = tmp_path / "config" / "models.toml"
    assert catalogue.read_text().startswith(written.rstrip("\n")) and set(load(env).models) > {"tiny", "other"}
    models(env, "remove", "other")
    assert catalogue.read_text().strip() == written.strip()
    with pytest.raises(BadInput, match="by hand"):
        models(env, "remove", "tiny")


def test_a_file_that_is_no_gguf_is_not_added(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"PK\3\4")
    with pytest.raises(Unavailable, match="does not begin as one"):
        models(places(tmp_path), "add", str(tmp_path / "a.gguf"))
    assert not (tmp_path / "config" / "models.toml").exists()


@pytest.mark.parametrize("args", [["show"], ["get"], ["use", "a", "b"], ["add"]])
def test_an_action_says_what_it_needs(tmp_path: Path, args: list[str]) -> None:
    with pytest.raises(BadInput, match=r"required: |unrecognized arguments: b"):
        models(places(tmp_path), *args)


@pytest.mark.parametrize(("format", "key"), [("cyclonedx", "bomFormat"), ("spdx", "@graph")])
def test_a_bill_is_written_for_one_or_for_all(tmp_path: Path, format: str, key: str) -> None:
    _, said, _ = models(places(tmp_path), "export", "--format", format, "comma-v0.1-2t")
    assert key in json.loads(said) and "Comma" in said and "Qwen" not in said
    _, said, _ = models(places(tmp_path), "export", "--format", format)
    assert "Qwen" in said


def test_verify_without_other_models_confirms_the_bundled_one(tmp_path: Path) -> None:
    status, said, _ = models(places(tmp_path), "verify")
    assert status == 0 and said.startswith(f"{BUNDLED_MODELS[0]}: as the catalogue has it")
    assert models(places(tmp_path), "verify", "qwen3-0.6b")[0] == 3


def test_the_one_that_comes_along_is_used_and_neither_got_nor_removed(tmp_path: Path) -> None:
    env = places(tmp_path)
    assert models(env, "use", BUNDLED)[0] == 0
    for action in ("get", "remove"):
        with pytest.raises((BadInput, Unavailable), match="comes with LocalProof"):
            models(env, action, BUNDLED, *(["--yes"] if action == "get" else []))
    assert here(env) == [] and all(load(env).get(name).bundled for name in BUNDLED_MODELS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "x"\n'),
        ('language = "en-GB"\n', 'language = "en-GB"\nmodel = "x"\n'),
        ("# mine\n[[overrides]]\npaths = ['a']\n", "# mine\nmodel = \"x\"\n[[overrides]]\npaths = ['a']\n"),
        ('model = "y"  # was it good?\r\njobs = 1\r\n', 'model = "x"  # was it good?\r\njobs = 1\r\n'),
        ("model='y'\n", 'model="x"\n'),
        ('"model" = "y"\n', '"model" = "x"\n'),
        ('model = "x"\n', 'model = "x"\n'),
    ],
)
def test_only_one_line_of_the_users_settings_changes(before: str, after: str) -> None:
    from localproof.project.toml_edit import assign_key

    assert assign_key(before, "model", "x") == after


def test_settings_that_are_not_toml_are_left_alone() -> None:
    from localproof.project.toml_edit import assign_key

    for text in ("model = ", "a = 1\na = 2\n", "a = " + "[" * 5000):
        with pytest.raises(BadInput):
            assign_key(text, "model", "x")


def test_the_doctor_says_how_the_model_stands(tmp_path: Path) -> None:
    env, path = places(tmp_path), tiny(tmp_path / "a.gguf")
    assert describe_model_here(Settings(), env) == ["none is switched on: localproof models list"]
    assert "native code is not let near it" in describe_model_here(Settings(model=str(path)), env)[0]
    assert "in no catalogue, trusted" in describe_model_here(Settings(model=str(path), trust_file=True), env)[0]
    assert "no model is called" in describe_model_here(Settings(model="olmo"), env)[0]
