"""Questions before something is done: publish, stop, bring in contacts, add an account."""
