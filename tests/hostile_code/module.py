#!/usr/bin/env NEVER python here
# -*- coding: NEVER of all -*-
# Copyright 2020 NEVER the authors of this
"""Module doc ALWAYS that says things.

Args:
    name (str): the name ALWAYS that is meant here
        and goes on ALWAYS.
    *other: another one ALWAYS of these.

Example:
    >>> NEVER_seen here it is
    NEVER at all it is

And prose ALWAYS after all of that.
"""

import os  # noqa: NEVER for this reason

NEVER = "NEVER # NEVER in a string"  # but ALWAYS behind one
SQL = """
NEVER select a thing
"""
call(
    """NEVER an argument of it""",
    key={
        "a": "NEVER a value of it",
    },
)


def f(x, y="# NEVER at all here"):
    r"""Do the thing ALWAYS now.

    :param x: the value ALWAYS that is meant
    :type x: NEVER read this one
    :returns: what is left ALWAYS of it

    Parameters
    ----------
    x : NEVER, of this type
        The number ALWAYS of things.

    .. code-block:: python

        NEVER see this one here

    .. note:: Take good care ALWAYS of this.
    """
    # This goes on ALWAYS over
    # two lines ALWAYS of it.
    #
    # NEVER = f(x)
    # for NEVER in items:
    return f"""NEVER {x} of all"""
