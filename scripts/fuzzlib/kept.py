"""Which of the inputs that runs found are kept in the repository."""

import shutil
import tempfile
from pathlib import Path

# An input is an example, not a load; a corpus of all that was found would be large and say little more.
LARGEST = 2048
MOST = 8


def merge(place, names):
    """Adds the smallest inputs that cover what the kept ones do not, the ones that add most first."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder)
            for kept in place.start(name).iterdir():
                shutil.copy(kept, fresh)
            before = {file.name for file in fresh.iterdir()}
            place.run(name, "-merge=1", f"-max_len={LARGEST}", fresh, place.found(name))
            new = [file for file in fresh.iterdir() if file.name not in before and file.stat().st_size <= LARGEST]
            # Long inputs cover much at once; of those that are small enough, the longest say most.
            chosen = sorted(new, key=lambda file: (-file.stat().st_size, file.name))[:MOST]
            for file in chosen:
                shutil.copy(file, place.start(name) / file.name[:12])
            print(f"{name:<18}{len(before):>5} kept, {len(new):>5} cover more, {len(chosen):>4} added", flush=True)
    return 0
