"""Looking for input that breaks us, for as long as one likes: `python -m tests.fuzz [MINUTES] [TARGET…]`.

What belongs here: a runner outside the suite. An input is one line that names its seed ("courier/zto/moving") and the
bytes to be read as that seed would be. `targets.py` reads them, `oracle.py` says what must hold of what was read,
`mutating.py` spoils them, `hunt.py` does so until its time is over, and keeps what it found.

With atheris installed (`pip install atheris`; it is in no extra, for it has no wheel for every Python) what reaches
code that nothing reached before is kept and spoiled further; without it every seed is spoiled anew each time.
$PARCELWATCH_SAMPLES adds recorded answers to the seeds.
"""
