# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the requests of clients while no node may be asked.

    minio_lb_hold.py DIRECTORY SECONDS

While there is a file `on` in DIRECTORY, nginx asks at the `socket` there before it passes a request on (auth_request). The answer,
always yes, comes when this program is told to end, or after SECONDS. Where it was killed nothing listens, and nginx does not wait.
Standard library only.
"""
from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys

YES = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def ready() -> None:
    """Tell systemd that requests are held from now on."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stream:
            stream.sendto(b"READY=1", address.replace("@", "\0", 1))


async def hold(directory: str, seconds: float) -> None:
    path, switch = os.path.join(directory, "socket"), os.path.join(directory, "on")
    over, asking = asyncio.Event(), set()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asking.add(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            await over.wait()
            writer.write(YES)
            await writer.drain()
        writer.close()

    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    server = await asyncio.start_unix_server(answer, path, backlog=4096)
    os.chmod(path, 0o666)
    with open(switch, "w", encoding="utf-8"):
        ready()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(over.wait(), seconds)
    # From here on no new request is held, and who had looked before that still finds an answer.
    os.unlink(switch)
    over.set()
    await asyncio.sleep(0.2)
    server.close()
    if asking:
        await asyncio.wait(asking, timeout=5)


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1], float(sys.argv[2])))
