"""The ordinary way: one parameterised Quarto document with Python cells, run by a Jupyter kernel for each practice."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

FORMATS = ("html", "typst")
ELSEWHERE = {"html": 6.1, "typst": 4.1}
"""Seconds for a document with two plots, measured on another machine with Quarto 1.7.34."""
DOCUMENT = """---
title: A report
format:
  html: {embed-resources: true, minimal: true}
  typst: default
jupyter: python3
---

```{python}
#| tags: [parameters]
practice = 0
```

```{python}
#| echo: false
import matplotlib.pyplot as plt
values = [(17 * at + practice) % 29 for at in range(15)]
plt.bar(range(15), values)
plt.show()
```

```{python}
#| echo: false
plt.plot(values, "o")
plt.show()
```

```{python}
#| echo: false
#| output: asis
print("| practice | figure |\\n|:--|--:|")
print("\\n".join(f"| {at} | {value} |" for at, value in enumerate(values)))
```
"""


def ordinary(documents: int, folder: Path) -> dict[str, float] | None:
    """Seconds a document by format, of so many; None where quarto or a kernel is missing."""
    quarto = os.environ.get("KLYNGEFLOW_QUARTO") or shutil.which("quarto")
    if quarto is None or find_spec("ipykernel") is None or find_spec("nbclient") is None:
        return None
    source = folder / "ordinary.qmd"
    source.write_text(DOCUMENT, encoding="utf-8")
    found: dict[str, float] = {}
    for each in FORMATS:
        begun = time.perf_counter()
        for number in range(documents):
            command = [quarto, "render", source.name, "--to", each, "-P", f"practice:{number}"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        found[each] = (time.perf_counter() - begun) / documents
    return found
