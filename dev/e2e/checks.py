"""What scripts here say of each thing they check, and how they end."""
import sys

failed = []


def check(name, ok, seen=""):
    print(("ok   " if ok else "FAIL ") + name, flush=True)
    if not ok:
        failed.append(name)
        print(str(seen)[-3000:], flush=True)


def end(title):
    """Ends the script, with 1 where something failed."""
    print(f"{title}: " + (f"{len(failed)} failed" if failed else "all passed"), flush=True)
    sys.exit(1 if failed else 0)
