"""The original LanguageTool: on Java here, or as a server that runs already.

- `place`: where it is installed, what is there, the command that starts it;
- `worker`: the helper process that owns Java, or speaks with the server;
- `engine`: the engine, for both homes;
- `fetch`: getting it: the only part of LocalProof's engines that uses a network.

language-tool-python is not driven: it forgets that a check timed out, mixes up
threads, and leaves Java behind when it is killed. Its own verified download is
one of the ways to get LanguageTool (`localproof setup languagetool --from zip`).
"""
