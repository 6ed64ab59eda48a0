"""Where an office takes money in (收入户): the account that bills, portal and papers name."""
