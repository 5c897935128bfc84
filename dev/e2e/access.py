"""Who may what, attacked from outside: the packaged program, with stolen, expired, narrowed, swapped and revoked
credentials on every way in and out, while events flow.

access.py [--long] [PART...]

Each part has servers of its own; parts: ways, renewals, rules, bad credentials, ending credentials, tickets, keys by URL,
tokens, limits, audit, TLS, certificate files, client certificates. At the end nothing that a server wrote may hold a key, a
token, a ticket or a payload.
--long takes the same for longer, with more events and more renewals.
"""
import argparse
import functools
import sys
import tempfile
import time
import traceback

import access_certificates
import access_client
import access_credentials
import access_ends
import access_limits
import access_operator
import access_tls
import access_tokens
import access_ways


def run(name, part, folder):
    begin = time.monotonic()
    try:
        part(folder)
    except Exception:
        access_client.check(f"{name} comes to its end", False)
        traceback.print_exc()
    print(f"     access: {name}, {time.monotonic() - begin:.0f} s", flush=True)


def end_all():
    """A part that breaks off leaves its server behind."""
    for hub in access_client.hubs:
        if hub.process and hub.process.poll() is None:
            hub.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="go on for minutes")
    parser.add_argument("part", nargs="*", help="default: all")
    wanted = parser.parse_args()
    long = wanted.long
    # Each lane is worked off by itself. The parts of the last two mostly wait.
    lanes = [
        {"ways": functools.partial(access_ways.two_principals, seconds=60 if long else 4),
         "renewals": functools.partial(access_ways.renewals, count=20_000 if long else 1_000),
         "rules": access_operator.rules},
        {"bad credentials": access_credentials.bad, "ending credentials": access_ends.ends,
         "certificate files": access_tls.files},
        {"tickets": access_limits.tickets, "TLS": access_tls.speaks, "client certificates": access_certificates.certificates},
        {"keys by URL": access_tokens.keys_by_url, "tokens": access_tokens.tokens, "limits": access_limits.limits,
         "audit": access_operator.audit},
    ]
    with tempfile.TemporaryDirectory(prefix="tocsin-access-") as folder:
        def work_off(lane):
            for name, part in lane.items():
                if name in wanted.part or not wanted.part:
                    run(name, part, folder)
        try:
            access_client.together(*(functools.partial(work_off, lane) for lane in lanes))
            end_all()
            if not wanted.part:
                run("no secrets", access_operator.no_secrets, folder)
        finally:
            end_all()
    print(f"{'FAIL' if access_client.failures else 'ok  '} access: {access_client.done} checks, {len(access_client.failures)} failed")
    sys.exit(1 if access_client.failures else 0)


if __name__ == "__main__":
    main()
