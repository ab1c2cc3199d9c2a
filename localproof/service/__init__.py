"""The resident service: engines that stay built, and small runs that are answered in the time of a blink.

Two things are served. *Helpers*: whoever runs engines asks
`workers.pooled_worker` for a helper process and gets one that is already built; adapters, scoring
and rendering stay with who asked. *Whole runs*: a pipe or a few small files are
sent, with arguments, folder and environment, to a process that was forked
from one with everything loaded, and that runs the same `cli.main` on them.

Measured before this was settled (two cores, one paragraph, medians): Python
10 ms; imports, parsing, formats, scoring and rendering together 95 ms more, of
which imports that could be put off were 15; asking warm engines 10; a socket
and what the engines say of themselves 20. Helpers alone so end above the
100 ms that were wanted; with whole runs it is Python, a socket, a fork of
2 ms and the work itself.

- `fast_client`: what a small run asks before anything else is loaded;
- `host`: the process that holds the helpers, answers the socket and ends itself; start reading there;
- `worker_pool`: the helpers, by what they were asked to be, and what they cost;
- `fork_server`: the process that whole runs are forked from, and such a run;
- `power`: whether the machine runs on its battery;
- `control`: the service asked, started and told of.

Nothing is imported here: a warm run begins with `fast_client`.
"""
