"""What engines answered before, so that no block is asked about twice.

Start reading in `caching_engine`.

- `caching_engine`: an engine that remembers, between a caller and the engine itself.
- `store`: bytes under digests in one SQLite file of the user's.
- `serialization`: findings as bytes and back.
- `report_cache`: whole reports of texts that have not changed.
- `report_spool`: the reports of a large run, in little memory.
"""
