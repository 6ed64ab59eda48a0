"""Correction requests (更正申请): a wrong record is mended through a case with evidence, its effect seen first."""
