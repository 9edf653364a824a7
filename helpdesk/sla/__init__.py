"""Working time, targets and clocks: who must be answered by when, and why."""
