"""The machine around us: files replaced in one step, limits of CPU time, the installation, downloads when a command
asks. Start reading at `atomic`."""
