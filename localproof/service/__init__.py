"""The resident service: engines that stay built, and small runs that are answered in the time of a blink.

Two things are served. *Helpers*: whoever needs an engine asks
`workers.pooled_worker` for its helper process and gets one that is already
built; adapters, scoring and rendering stay with whoever asked. *Whole runs*: a pipe or a few small files are
sent, with arguments, folder and environment, to a process that was forked
from one with everything loaded, and that runs the same `cli.main` on them.

Measured before this was settled (two cores, one paragraph, medians): Python
10 ms; imports, parsing, formats, scoring and rendering together 95 ms more, of
which imports that could be put off were 15; asking warm engines 10; a socket
and what the engines say of themselves 20. Helpers alone so end above the
100 ms that were wanted; with whole runs it is Python, a socket, a fork of
2 ms and the work itself.

Start reading at `fast_client`, which a pipe goes through, or at `host`.

- `fast_client`: sends a small run to the service before anything of LocalProof is loaded;
- `control`: the service asked, started and told of;
- `host`: the process that holds the helpers, answers the socket and ends itself;
- `worker_pool`: the helpers, by what they were asked to be, and what they cost;
- `fork_server`: the process that whole runs are forked from, and such a run;
- `power`: whether the machine runs on its battery.
"""
