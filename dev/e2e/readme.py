"""Types what the README says, in order, in a clean clone: every command of its console and sh blocks, and
compares what they print. Usage: readme.py README WORK (the folder to type in, which holds ./tocsin)

A command that runs until Ctrl-C (serve, tail, demo, bench) goes on in the background, as in a second terminal;
./check is not run from within itself.
"""
import os
import re
import signal
import subprocess
import sys
import time

readme, work = sys.argv[1], os.path.abspath(sys.argv[2])
PORT = os.environ.get("README_PORT", "8080")
# What differs from run to run.
LOOSE = [
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"),
    (r"tocsin \S+: at most [\d,]+ connections, \w+,", "tocsin VERSION: at most N connections, KIND,"),
    (r'"epoch":"[^"]+"', "EPOCH"),
    (r":8080\b", ":" + PORT),
]
background = []


def blocks():
    for language, body in re.findall(r"^```(console|sh)\n(.*?)^```", open(readme, encoding="utf-8").read(), re.M | re.S):
        if language == "sh":
            yield [(line.split("  #")[0].strip(), []) for line in body.splitlines() if line.strip()]
            continue
        typed = []
        for line in re.sub(r"\\\n\s*", "", body).splitlines():
            if line.startswith("$ "):
                typed.append((line[2:], []))
            else:
                typed[-1][1].append(line)
        yield typed


def loose(text):
    for pattern, name in LOOSE:
        text = re.sub(pattern, name, text)
    return text.strip()


def log(number):
    return os.path.join(work, f"readme-{number}.log")


def start(number, command):
    """In a second terminal; its log is what it prints."""
    with open(log(number), "w") as out:
        background.append(subprocess.Popen(command, shell=True, cwd=work, stdout=out, stderr=out, start_new_session=True))


def await_lines(number, count, seconds=60):
    for _ in range(seconds * 10):
        printed = open(log(number)).read().splitlines()
        if len(printed) >= count:
            return printed
        time.sleep(0.1)
    return open(log(number)).read().splitlines()


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)


def runs_on(command):
    return re.match(r"\./tocsin (serve|tail|demo|bench)\b", command) and "--since 0 --json 'alert" not in command


def main():
    failures = number = 0
    for block in blocks():
        for command, wanted in block:
            number += 1
            if command.startswith("./check"):
                continue
            typed = command.replace(":8080", ":" + PORT)
            if PORT != "8080" and typed.startswith(("./tocsin serve", "./tocsin demo")):
                typed += f" --port {PORT}"
            elif PORT != "8080" and "./tocsin " in typed:
                typed = re.sub(r"(\./tocsin \w+)", rf"\1 --url http://127.0.0.1:{PORT}", typed)
            if runs_on(command):
                start(number, typed)
                printed = await_lines(number, max(1, len(wanted)) if "tail" not in command else 0)
                time.sleep(2 if "tail" in command else 0)
                if "demo" in command:
                    end(background.pop())
            elif "tail" in command and not command.startswith("timeout"):
                start(number, typed)
                printed = await_lines(number, len(wanted))
            else:
                done = subprocess.run(typed, shell=True, cwd=work, capture_output=True, text=True, timeout=300)
                printed = (done.stdout + done.stderr).splitlines()
                if done.returncode not in (0, 124):
                    print(f"FAIL {command}: ended with {done.returncode}", *printed, sep="\n")
                    failures += 1
            missing = [line for line in wanted if loose(line) not in [loose(p) for p in printed]]
            if missing:
                failures += 1
                print(f"FAIL {command}", "wanted:", *missing, "printed:", *printed, sep="\n")
    for process in reversed(background):
        end(process)
    if number < 8:
        sys.exit(f"only {number} commands found in {readme}")
    sys.exit(1 if failures else 0)


main()
