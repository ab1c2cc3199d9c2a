"""A helper process: start, wait till ready, stop, never leak. The only user of `subprocess`.

Start reading in `supervisor`, then `serve`, the other end of it.

- `helper_process`: `HelperProcess`, one process with pipes to it, and the command for a Python one;
- `supervisor`: `WorkerSupervisor`, a child that answers questions and is started again when it ends early;
- `serve`: the child's end of a worker; `frames`: what goes over the pipes;
- `pooled_worker`: `PooledWorker`, a helper that the service holds, or a worker of our own where it does not;
- `futures`: an answer given once, whoever still waits for it;
- `cpu_clock`: how much CPU time a child has used, by which `supervisor` ends it;
- `remembered_timeouts`: what was ended so, and is not begun again for a day;
- `program`: `Program`, one that is not ours (Java), which ends with whoever started it;
- `foreground`, `background`, `captured_output`: a program that has the terminal, that outlives us, that answers once;
- `unix_socket`: the socket of the resident service, the only user of `socket`;
- `cpu_accounting`: what the service has spent on us.

Parent and child speak over the child's standard input and a private copy of
its standard output. The child says ``{"ready": true}`` once, or ``{"unable":
why}``; it is asked ``{"id": n, …}`` and answers ``{"id": n, "cpu_s": seconds, "raw": …}``,
``{"id": n, "error": why}``, ``{"id": n, "late": why, "measured": whether by CPU
time}`` where whoever works for it did not answer in time, or ``{"id": n,
"fatal": why}`` and ends. It ends
with its parent, however that one dies: its input closes, and Linux signals it
besides.

Nothing is imported here, and by `serve` and `frames` as little as can be: a
child pays for every import before it can begin.
"""
