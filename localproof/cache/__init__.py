"""What engines answered before, so that no block is asked about twice.

`store` keeps bytes under digests in one file of the user's, `forms` makes
bytes of findings, and `memory` puts both between a caller and an engine.
"""
