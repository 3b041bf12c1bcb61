"""Many sites at the SMTP door, beside one that takes all it can get. Run as root by Tests/Install/units.

usage: flood.py SECONDS RATE MANNER HOG SITE...

Each SITE opens its part of RATE connections a second for so many SECONDS, whatever becomes of them; every tenth sends a
message. HOG wants 1 000 connections and holds those that it gets (MANNER: holds), or opens one after the other as fast as it
can (storms). The first line has the figures; exits 1 if a connection of a SITE was not served.
"""

import asyncio
import json
import os
import pwd
import socket
import statistics
import subprocess
import sys
import time

PORT = 25
HELD = 1_000
EHLO = b"EHLO site.example\r\n"
MESSAGE = (b"MAIL FROM:<%(sender)s>\r\n", b"RCPT TO:<r@x.example>\r\n", b"DATA\r\n",
           b"From: %(sender)s\r\nSubject: through the door\r\n\r\nb\r\n.\r\n")


def become(name: str) -> None:
    account = pwd.getpwnam(name)
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)


async def reply(reader: asyncio.StreamReader) -> bytes:
    while line := await reader.readline():
        if line[3:4] != b"-":
            return line
    return b"(closed)"


async def converse(number: int, sender: bytes, found: dict[str, list[float]], refused: list[str]) -> None:
    """One connection; the time counts from when it was wanted."""
    start = time.monotonic()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        answer = await reply(reader)
        found["greeting"].append(time.monotonic() - start)
        commands = [EHLO, *(part % {b"sender": sender} for part in MESSAGE if number % 10 == 0), b"QUIT\r\n"]
        for command in commands:
            if answer[:1] not in b"23":
                raise ConnectionError(answer.decode("ascii", "replace").strip())
            writer.write(command)
            answer = await reply(reader)
        found["whole"].append(time.monotonic() - start)
        writer.close()
    except OSError as error:
        refused.append(str(error))


async def site(name: str, seconds: float, rate: float) -> None:
    found: dict[str, list[float]] = {"greeting": [], "whole": []}
    refused: list[str] = []
    sender = f"{name}@site.example".encode()
    tasks = []
    start = time.monotonic()
    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(0, start + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(converse(number, sender, found, refused)))
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    print(json.dumps({**found, "refused": refused}))


def hold() -> None:
    """Tries for 1 000 connections and lets none go; goes on trying for what it did not get."""
    held: list[socket.socket] = []
    try_for(held, HELD)
    served = sum(one.recv(3) == b"220" for one in held)
    print(f"{len(held)} {served}", flush=True)
    while True:
        time.sleep(0.1)
        try_for(held, 20)


def try_for(held: list[socket.socket], count: int) -> None:
    for _ in range(count):
        try:
            held.append(socket.create_connection(("127.0.0.1", PORT), 60))
        except ConnectionError:
            pass


def storm() -> None:
    """Opens connection after connection, from eight processes."""
    for _ in range(7):
        if os.fork() == 0:
            break
    print("0 0", flush=True)
    while True:
        try:
            with socket.create_connection(("127.0.0.1", PORT), 60) as one:
                one.recv(3)
        except OSError:
            pass


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-B", __file__, *words], stdout=subprocess.PIPE, text=True,
                            start_new_session=True)


def percentile(values: list[float], part: float) -> float:
    return round(1_000 * sorted(values)[min(len(values) - 1, int(part * len(values)))], 1)


def sessions() -> int:
    """The processes of the door."""
    words = ["pgrep", "-c", "-x", "-u", "postern", "smtpd"]
    return int(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False).stdout)


def main(seconds: str, rate: str, manner: str, hog: str, *sites: str) -> int:
    taker = start("--hog", manner, hog)
    assert taker.stdout is not None
    opened, served = taker.stdout.readline().split()
    children = [start("--site", name, seconds, str(float(rate) / len(sites))) for name in sites]
    busiest = 0
    while any(child.poll() is None for child in children[:1]):
        busiest = max(busiest, sessions())
        time.sleep(0.5)
    results = [json.loads(child.communicate()[0] or '{"greeting": [], "whole": [], "refused": ["no figures"]}')
               for child in children]
    os.killpg(taker.pid, 9)
    greeting = [value for result in results for value in result["greeting"]]
    whole = [value for result in results for value in result["whole"]]
    refused = [text for result in results for text in result["refused"]]
    print(f"{len(sites)} sites, {float(rate):.0f} connections a second for {seconds} s; the hog {manner} "
          f"{opened} of {HELD}, {served} served: {len(whole)} served, {len(refused)} refused; greeting after "
          f"{round(1_000 * statistics.median(greeting), 1)} ms (99 %: {percentile(greeting, .99)}), whole "
          f"{round(1_000 * statistics.median(whole), 1)} ms (99 %: {percentile(whole, .99)}); "
          f"at most {busiest} sessions at once")
    for text in sorted(set(refused))[:5]:
        print(f"{refused.count(text)} times: {text}")
    return 1 if refused else 0


if __name__ == "__main__":
    if sys.argv[1] == "--site":
        become(sys.argv[2])
        asyncio.run(site(sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
    elif sys.argv[1] == "--hog":
        become(sys.argv[3])
        {"holds": hold, "storms": storm}[sys.argv[2]]()
    else:
        sys.exit(main(*sys.argv[1:]))
