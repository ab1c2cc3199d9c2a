"""A first run as a picture: what each part spends is its own, and never more than the cores there are."""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ET

import pytest

from bench import timeline

BUSY = "import time\nwhile time.process_time() < 0.6: pass"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell what a process spends")
def test_what_a_helper_spends_is_its_engines() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}, 'harper'])"
    samples, status = timeline.sample([sys.executable, "-c", code], os.environ)
    assert status == 0
    _, spent = samples[-1]
    assert spent["Harper"] >= 0.1 > spent["LanguageTool"] == 0.0
    assert spent["other programs"] >= samples[0][1]["other programs"] - 0.1


def test_the_picture_has_a_bar_for_each_part_at_work() -> None:
    parts = dict.fromkeys(timeline._INKS, 0.0)
    later = {**parts, "Harper": 0.9, "LanguageTool": 1.5}  # more than two cores have in a second: told a little late
    picture = timeline.draw([(0.0, parts), (1.0, later)], 2)
    ET.fromstring(picture)
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" fill="#(?:e09f3e|9e2a2b)"', picture)]
    assert len(heights) == 4  # with the key
    assert sum(h for h in heights if h > 10) <= timeline._HEIGHT


def test_a_run_that_ends_at_once_is_drawn_too() -> None:
    ET.fromstring(timeline.draw([], 2))
