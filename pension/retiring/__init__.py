"""Who reaches pensionable age soon (到龄): the list, the card of the desk."""
