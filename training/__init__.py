"""How what ships with LocalProof was learned, from the texts to the files; see README.md. Not part of the package."""
