"""What pages, files and traces read of collection, each already within the reader's scope.

``bills`` an employer's months and one bill, ``fees`` late fees to a day, ``receipts`` money and where it went,
``people`` a worker's months and account, ``lists`` a county's month, arrears and vouchers.
"""
