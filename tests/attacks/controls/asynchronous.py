"""Runs an event loop with timers, a subprocess and threads."""

import asyncio

CONTROL = {"expects": [3, "hello\n", 5]}


async def work():
    async def one(number):
        await asyncio.sleep(0.01)
        return number

    process = await asyncio.create_subprocess_exec(
        "echo", "hello", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    numbers = await asyncio.gather(one(1), one(2))
    return [sum(numbers), out.decode(), await asyncio.to_thread(len, "12345")]


def main(backend, user_messenger):
    return asyncio.run(work())
