"""Who may what, attacked from outside: the packaged program, with stolen, expired, narrowed, swapped and revoked
credentials on every way in and out, while events flow.

access.py [--long] [PART...]

Each part has servers of its own. At the end nothing that a server wrote may hold a key, a token, a ticket or a payload.
--long takes the same for longer, with more events and more renewals.
"""
import argparse
import functools
import sys
import tempfile
import threading
import time
import traceback

import access_client
import access_credentials
import access_limits
import access_operator
import access_tokens
import access_ways


def run(name, part, folder):
    begin, failed = time.monotonic(), len(access_client.failures)
    try:
        part(folder)
    except Exception:
        access_client.check(f"{name} comes to its end", False)
        traceback.print_exc()
    good = len(access_client.failures) == failed
    print(f"{'ok  ' if good else 'FAIL'} access: {name} ({time.monotonic() - begin:.0f} s)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="go on for minutes")
    parser.add_argument("part", nargs="*", help="default: all")
    wanted = parser.parse_args()
    # Those that mostly wait go along with the others; the others come one after another.
    waiting = {"tickets": access_limits.tickets, "keys by URL": access_tokens.keys_by_url}
    working = {
        "ways": functools.partial(access_ways.two_principals, seconds=60 if wanted.long else 4),
        "renewals": functools.partial(access_ways.renewals, count=20_000 if wanted.long else 1_000),
        "bad credentials": access_credentials.bad,
        "ending credentials": access_credentials.ends,
        "limits": access_limits.limits,
        "tokens": access_tokens.tokens,
        "rules": access_operator.rules,
        "audit": access_operator.audit,
    }
    names = wanted.part or [*waiting, *working]
    with tempfile.TemporaryDirectory(prefix="tocsin-access-") as folder:
        threads = [threading.Thread(target=run, args=(name, waiting[name], folder)) for name in names if name in waiting]
        [thread.start() for thread in threads]
        for name in names:
            if name not in waiting:
                run(name, working[name], folder)
        [thread.join() for thread in threads]
        run("no secrets", access_operator.no_secrets, folder)
    print(f"access: {access_client.done} checks, {len(access_client.failures)} failed")
    sys.exit(1 if access_client.failures else 0)


if __name__ == "__main__":
    main()
