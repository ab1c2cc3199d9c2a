"""The faces of LocalProof: where bytes come in, results go out, and bytes on disk are changed."""
