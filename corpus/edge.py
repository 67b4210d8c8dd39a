"""What every command does at its edge: a person's mistake is one line and exit status 2, never a traceback."""

import sys
from collections.abc import Callable

from corpus.errors import UserError

MISTAKE = 2
INTERRUPTED = 130


def exit_status(command: Callable[[], int]) -> int:
    """Run a command; its own exit status, or the status of how it failed."""
    try:
        status = command()
        print(end="", flush=True)  # here, where a closed pipe is still caught, not while Python shuts down
        return status
    except UserError as error:
        warn(f"error: {error}")
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stdout = None
        return 0


def warn(message: str) -> None:
    """One line on standard error; line breaks and control characters in names cannot forge another."""
    print("".join(c if c.isprintable() else repr(c)[1:-1] for c in message), file=sys.stderr)
