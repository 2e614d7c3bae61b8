"""The blocks of a section of docs/official-clients.md, as written."""

import os
import re

from checks import check

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

with open(os.environ["PAGE"], encoding="utf-8") as file:
    sections = file.read().split("\n## ")
[section] = [text for text in sections if text.startswith(os.environ["SECTION"])]
names = {}
for number, block in enumerate(BLOCK.findall(section), 1):
    with check("block {} of the page".format(number)):
        exec(compile(block, "block {}".format(number), "exec"), names)
