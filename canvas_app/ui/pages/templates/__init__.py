"""Templates: a gallery of plans and the questions that make a draft of one."""
