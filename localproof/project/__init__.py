"""What a writer's folder holds: its texts, lists and settings, what changed, and what was written.

Start reading in `discovery`, then `files`, the only place where a text is read and written.

- Which texts: `discovery`, `gitignore`, `generators`, `traits` (what a project shows of itself).
- Bytes: `files`, `undo_log` (so that all can be undone), `toml_edit` (a settings file changed in one place).
- What matters now: `git_changes`, `baseline`, `filters`, `comparison`.
- The writer's lists: `dictionaries`, `ignore_list`, `settings_edits`, `imported_lists` (those of other tools).
- What runs there were: `run_log`, and `disclosure`, a statement from it.
"""
