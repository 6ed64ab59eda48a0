"""The office's pages: ``bills``, ``receipts``, ``books``, ``papers``; the employers' are in ``collection.portal``."""
