"""What the catalog says of the derived indexes that are published: which folder, which generation, which bytes."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Manifest:
    """The value of the catalog's fact `indexes`; the empty one is that of a store without any.

    `folder` lies in the store, `seal` is the checksum of all files in it, `fields` that of all that filters see in the
    catalog ("": made before there was one). It is changed in the same transaction
    that drops the rows which no index holds any more, so that whoever reads it reads rows that agree with it.
    """

    folder: str = ""
    generation: int = 0
    seal: str = ""
    fields: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        return cls(**json.loads(text)) if text else cls()
