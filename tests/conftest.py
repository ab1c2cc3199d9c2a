"""What pytest must not take for a test."""

collect_ignore = ["misbehaving_worker.py"]  # a program that tests start
