"""Documents in, one run out. Start reading at `checker.Checker`: opened once, it checks many documents.

1. route      `routing`, `language_policy`: which engines read the document, and how its findings are scored
2. submit     `checker`, `pending`: each block goes to the engines and the model, which answer when they can
3. report     `report_steps`: collect answers, score, suppress, verify proposals, resolve and place, assemble
4. profile    `profiles`: what is shown of the report, and what is held back
5. run        `batch`, `corpus`, `fixes`: the files of a task, what they share, and their corrected texts
"""
