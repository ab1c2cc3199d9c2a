"""Quality and speed of LocalProof, side by side with others. Not shipped in the wheel."""
