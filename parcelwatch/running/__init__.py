"""The running service: the parts wired together, when they beat, reloading, and its look at itself."""
