"""The language server in real editors, set up as docs/editors.md says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localproof.formats import format_of_language

DOCS = Path(__file__).parents[2] / "docs" / "editors.md"
TEXT = "# Notes\n\n😀 I should of gone there before teh shop closed.\n\nThey recieve an apple.\n"
REQUIRED = os.environ.get("LOCALPROOF_TEST_REQUIRE") == "all"


def documented(editor: str) -> str:
    """The set-up that the page prints for an editor."""
    found = re.search(rf"<!-- {editor} -->\n```\w+\n(.*?)```\n<!-- /{editor} -->", DOCS.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


LISTS = [
    r"filetypes = \{(.*?)\}",
    r"'\(\((.*?)\)",
    r'name = "(.*?)"',
    r"lsp-activate-on (.*?)\)",
]


@pytest.mark.parametrize("pattern", LISTS)
def test_every_language_that_the_page_lists_is_read(pattern: str) -> None:
    found = re.findall(pattern, DOCS.read_text("utf-8"), re.DOTALL)
    names = [name for each in found for name in re.findall(r"[\w-]+", each) if name.lower() != "localproof"]
    assert names
    unread = [name for name in names if format_of_language(name.removesuffix("-mode")) is None]
    assert unread == []


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None and not REQUIRED:
        pytest.skip(f"{name} is not installed")
    assert found is not None, f"{name} is not installed, and all tests are to run"
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a text, a settings file for Harper alone, and `localproof` on the path as a user has it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "localproof"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m localproof "$@"\n', "utf-8")
    command.chmod(0o755)
    (tmp_path / "localproof.toml").write_text('# ours\nengines = ["harper"]\nprofile = "balanced"\n', "utf-8")
    (tmp_path / "a.md").write_text(TEXT, "utf-8")
    return tmp_path


def run(command: list[str], project: Path) -> str:
    env = {
        **os.environ,
        "PATH": f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LOCALPROOF_CONFIG_DIR": str(project / "config"),
        "LOCALPROOF_CACHE_DIR": str(project / "cache"),
        "LOCALPROOF_SERVICE": "off",
        "HOME": str(project),
        "XDG_CONFIG_HOME": str(project / "xdg"),
        "XDG_STATE_HOME": str(project / "xdg"),
    }
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


NEOVIM = r"""
local out = {}
local function fail(why)
  io.stderr:write(why .. "\n" .. vim.inspect(vim.diagnostic.get(0)) .. "\n")
  vim.cmd("cquit 1")
end
local function await(why, condition) if not vim.wait(40000, condition, 20) then fail(why) end end
local function find(word)
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, false)[1]
    if line:sub(d.col + 1, d.end_col) == word then return d end
  end
end
local function client() return vim.lsp.get_active_clients({ name = "localproof" })[1] end
local function menu(d)
  local params = vim.lsp.util.make_range_params()
  local enc = client().offset_encoding
  local from, to = { d.lnum + 1, d.col }, { d.end_lnum + 1, d.end_col - 1 }
  params.range = vim.lsp.util.make_given_range_params(from, to, 0, enc).range
  params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, d.lnum) }
  local answer = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 10000)
  local acts = {}
  for _, each in pairs(answer) do acts = each.result or acts end
  return acts
end
local function pick(d, part)
  for _, act in ipairs(menu(d)) do
    if act.title:find(part, 1, true) then
      if act.edit then vim.lsp.util.apply_workspace_edit(act.edit, client().offset_encoding) end
      if act.command then vim.lsp.buf_request_sync(0, "workspace/executeCommand",
        { command = act.command.command, arguments = act.command.arguments }, 10000) end
      return act.title
    end
  end
  fail("no such line in the menu: " .. part)
end

await("no findings", function() return find("teh") and find("recieve") end)
local teh = find("teh")
out.line, out.column = teh.lnum, teh.col
out.picked = pick(teh, "→ “the”")
await("the corrected word is still underlined", function() return not find("teh") end)
out.text = vim.api.nvim_buf_get_lines(0, 2, 3, false)[1]
out.on_disk = vim.fn.readfile("a.md")[3]
if not find("recieve") then fail("another finding was lost") end
pick(find("recieve"), "the project’s words")
await("an added word is still underlined", function() return not find("recieve") end)
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "We definately know. Yes.", "" })
await("no finding in what was typed", function() return find("definately") end)

-- the server dies in the middle of the work
vim.fn.system("pkill -KILL -f -P " .. vim.fn.getpid() .. " 'localproof lsp'")
await("the dead server is still there", function() return not client() end)
vim.cmd("silent write")
vim.cmd("edit")
await("no new server", function() return client() and client().initialized end)
await("no findings of the new server", function() return find("definately") end)
if find("recieve") then fail("the word was forgotten") end
io.stdout:write("RESULT" .. vim.fn.json_encode(out) .. "\n")
vim.cmd("qall!")
"""


def test_neovim_shows_corrects_learns_and_survives_a_crash(project: Path) -> None:
    nvim = program("nvim")
    (project / "setup.lua").write_text(documented("neovim"), "utf-8")
    (project / "scene.lua").write_text(NEOVIM, "utf-8")
    plain = [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "filetype on"]
    said = run([*plain, "-c", "luafile setup.lua", "-c", "edit a.md", "-c", "luafile scene.lua"], project)
    result = json.loads(said.split("RESULT", 1)[1].splitlines()[0])
    assert (result["line"], result["column"]) == (2, len("😀 I should of gone there before ".encode()))
    assert result["text"] == "😀 I should of gone there before the shop closed."
    assert result["on_disk"] == "😀 I should of gone there before teh shop closed."  # until the writer saves
    assert (project / ".localproof" / "dictionary.txt").read_text("utf-8") == "recieve\n"


EMACS = r"""
(require 'eglot)
(setq eglot-sync-connect 30 eglot-connect-timeout 30 eglot-autoshutdown nil)
(defun await (why condition)
  (let ((tries 0))
    (while (and (not (funcall condition)) (< tries 800))
      (accept-process-output nil 0.05)
      (flymake-start)
      (setq tries (1+ tries)))
    (unless (funcall condition) (error "%s: %S" why (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))))
(defun found (word)
  (seq-find (lambda (d) (equal word (buffer-substring-no-properties
                                     (flymake-diagnostic-beg d) (flymake-diagnostic-end d))))
            (flymake-diagnostics)))
(find-file "a.md")
(text-mode)
(apply #'eglot (append (eglot--guess-contact) nil))
(await "no findings" (lambda () (and (found "teh") (found "recieve"))))
(princ (format "COLUMN %d\n" (save-excursion (goto-char (flymake-diagnostic-beg (found "teh"))) (current-column))))
(let* ((d (found "teh"))
       (actions (append (eglot-code-actions (flymake-diagnostic-beg d) (flymake-diagnostic-end d) "quickfix") nil))
       (fix (seq-find (lambda (a) (string-match-p "→ “the”" (plist-get a :title))) actions)))
  (eglot--apply-workspace-edit (plist-get fix :edit)))
(await "still underlined" (lambda () (not (found "teh"))))
(princ (format "TEXT %s\n" (save-excursion (goto-char (point-min)) (forward-line 2)
                                           (buffer-substring-no-properties (point) (line-end-position)))))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
"""


def test_emacs_shows_and_corrects(project: Path) -> None:
    emacs = program("emacs")
    there = subprocess.run([emacs, "--batch", "--eval", "(require 'eglot)"], capture_output=True, check=False)
    if there.returncode and not REQUIRED:
        pytest.skip("Emacs has no eglot")
    (project / "setup.el").write_text(documented("emacs"), "utf-8")
    (project / "scene.el").write_text(EMACS, "utf-8")
    said = run([emacs, "--batch", "-l", "setup.el", "-l", "scene.el"], project)
    assert "COLUMN 33" in said or "COLUMN 34" in said  # an emoji is as wide as the terminal says
    assert "TEXT 😀 I should of gone there before the shop closed." in said
