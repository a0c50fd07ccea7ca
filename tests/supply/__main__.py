"""`python -m tests.supply FOLDER`: a bill of materials an image, and the table of licences."""

import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from tests.supply.bill import write_bills
from tests.supply.licences import IMAGES, findings

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "report/supply")
    for path in write_bills(folder, list(IMAGES), version("viva-platform")):
        print(path)
    images: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for image in IMAGES:
        for found in findings(image):
            images[found.package, found.version, found.licence].append(image)
    lines = ["package | version | licence | images", "--- | --- | --- | ---"]
    lines += [" | ".join((*key, ", ".join(names))) for key, names in sorted(images.items())]
    (folder / "licences.md").write_text("\n".join(lines) + "\n", "utf-8")
    print(folder / "licences.md")
