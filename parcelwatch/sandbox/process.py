"""The sandbox in a process of its own, for whoever measures: it takes no time from the one who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from parcelwatch import clock
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Story
from parcelwatch.sandbox.wire_dhl import Dhl
from parcelwatch.sandbox.world import World


@contextmanager
def apart(story: Story, *, warm: bool = False) -> Iterator[Mapping[str, str]]:
    """Serves every API of `story` from a child process, under the real clock; gives API → base_url.

    The child ends with the block, or when its parent dies. `warm` has the dhl answers rendered beforehand.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(story, theirs, warm), name="parcelwatch-sandbox", daemon=True)
    child.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.close()
        child.join()


def _serve(story: Story, pipe: Connection, warm: bool) -> None:
    world = World(story, clock.now)
    with ExitStack() as stack:
        servers = [stack.enter_context(SandboxServer(world, api)) for api in story.apis]
        for server in servers:
            if warm and isinstance(server.api, Dhl):
                server.api.warm(world.clock())
        pipe.send({server.api.name: server.base_url for server in servers})
        with suppress(EOFError):
            pipe.recv()
