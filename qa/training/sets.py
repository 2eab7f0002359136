"""The sets that were written for this project, which ship compressed beside the training: unpack them.

    python -m qa.training.sets FOLDER

Public sets are not among them; docs/data.md says where they come from.
"""

import argparse
import tarfile
from pathlib import Path

PACKED = Path(__file__).with_name("data")


def ready(data: str) -> Path:
    """The folder of this path, with every set unpacked into it that ships and that it lacks."""
    folder = Path(data)
    for packed in sorted(PACKED.glob("*.tar.xz")):
        if not (folder / packed.name.removesuffix(".tar.xz")).exists():
            with tarfile.open(packed) as archive:
                archive.extractall(folder, filter="data")
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=ready)
    print(parser.parse_args().folder)
