"""LocalProof: proofreading on your own machine, that says what it is made of and what it costs."""

__version__ = "0.1.0"
