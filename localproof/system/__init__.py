"""The machine below everything: files replaced in one step, downloads, what is installed, limits on CPU time.

Start reading in `atomic`, by which every file is written.

- `atomic`: a file replaced in one step, or left as it was.
- `download`: the only way to the network, for those who were asked first.
- `installation`: how LocalProof was installed, and so how to add to it.
- `cpu_limits`: work of our own that may not take for ever.
"""
