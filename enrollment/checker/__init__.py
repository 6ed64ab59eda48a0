"""The public check of a workbook (表格检查): without a sign-in, against no registry; nothing of it is stored."""
