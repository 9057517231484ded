"""Rules: conditions on a contact."""
from dataclasses import dataclass
from typing import Any
@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on a contact."""
def parse_rule(value: Any) -> Rule:
    """Read a rule."""
    raise NotImplementedError
