"""The prefilled workbook of a return: given out with everybody in it, and taken back by the key of each row."""
