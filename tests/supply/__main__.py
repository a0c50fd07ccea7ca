"""`python -m tests.supply FOLDER`: a bill of materials an image, and the tables of licences."""

import sys
from importlib.metadata import version
from pathlib import Path

from tests.supply.bill import licence_tables, write_bills
from tests.supply.licences import IMAGES

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "report/supply")
    for path in write_bills(folder, list(IMAGES), version("viva-platform")):
        print(path)
    (folder / "licences.md").write_text(licence_tables(list(IMAGES)), "utf-8")
    print(folder / "licences.md")
