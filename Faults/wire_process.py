#!/usr/bin/env python3
"""Connections passed on, and cut as a network cuts them: what is sent disappears from sight, nobody is told.

Started by `fault_checks/wires.py`, which writes commands to it, a line each, and reads a line for each:

    open PORT               a new wire to that port of 127.0.0.1; says the port where it is taken up
    cut PORT up|down|both   holds what goes to the target, what comes from it, or both; says "done"
    heal PORT               passes on what was held, as a network does that delivers late; says "done"
"""

import asyncio
import sys

PIECE = 65536


class Wire:
    def __init__(self, target):
        self.target = target
        self.is_open = {"up": asyncio.Event(), "down": asyncio.Event()}
        self.heal()

    async def listen(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    def cut(self, direction):
        for name, event in self.is_open.items():
            if direction in (name, "both"):
                event.clear()

    def heal(self):
        for event in self.is_open.values():
            event.set()

    async def accept(self, reader, writer):
        # A connection is made of packets of both directions.
        for event in self.is_open.values():
            await event.wait()
        try:
            target = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return writer.close()
        await asyncio.gather(self.carry(reader, target[1], "up"), self.carry(target[0], writer, "down"))

    async def carry(self, reader, writer, direction):
        try:
            while piece := await reader.read(PIECE):
                await self.is_open[direction].wait()
                writer.write(piece)
                await writer.drain()
            await self.is_open[direction].wait()
        except OSError:
            pass
        writer.close()


async def main():
    wires = {}
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        word, port, *rest = line.decode().split()
        if word == "open":
            wire = Wire(int(port))
            taken = await wire.listen()
            wires[taken] = wire
            print(taken, flush=True)
            continue
        if word == "cut":
            wires[int(port)].cut(rest[0])
        else:
            wires[int(port)].heal()
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
