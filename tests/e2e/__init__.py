"""Browser tests, by capability of the registry and the clerk's desk: what its user does, and the test that does it.

Add a line where you add a capability. Files are named without ``test_``; "look" tests open pages in both languages and
ask axe of each.

1. *Employers.* Found by organisation code first, registered by keyboard: ``registry`` (looked for by its code).
   Coverage: ``registry`` (lines). Suspension, resumption, ownership: ``registry`` (stops, goes on); split, move, taken
   in elsewhere: ``registry`` (split and moves); closure: ``acts``; merger, arrears taken over, claim: ``takeover``. One page with
   people, bills, arrears, events and history: ``registry`` (its page tells all).
2. *Workers.* 15 and 18 digits, checksum: ``clerk`` (enrolled by keyboard), ``registry`` (twin found while one types);
   merge: ``people``; category, cadre, special work, deemed months with papers: ``registry`` (particulars).
3. *Movements.* Join: ``clerk``; leave, retire, die, military service, prison, not before joining: ``movements`` (for a
   reason); inside the county: ``movements``; across: ``people``; out of the province, printed form: ``movements``; what
   comes to the account after it was sent: ``supplements``;
   taken back before the month is assessed: ``movements``; corrected after it: ``acts``.
4. *Coverage.* Employer joins and leaves lines, workers follow, the self-employed alone: ``registry`` (lines).
5. *Wage declarations.* Grid, faults, floor: ``clerk``; cap, completeness, not by the same person: ``entrance`` (return is
   complete); prefilled workbook, employer on line, checker: ``imports``; sent back, two clerks at once: ``clerk``; left,
   moved, new people on line: ``return_people``; late, estimated by rule and set right: ``late_return``.
6. *Silent employers*: ``lists``; *broken months*: ``finding``.
7. *Import.* Heads corrected, pasted rows: ``imports``; reason at the cell, good without bad, bad as a workbook, twice:
   ``rosters``; more than 500 rows as a job: ``rosters`` (long).
8. *Search*: ``finding`` (one key: name, its end, pinyin, initials, identity, employer, nothing), ``clerk``.
9. *Desk.* Counts and their lists, whose case, since when, term: ``finding`` (counts); keys: ``web_keyboard``,
   ``form_keys``; drafts over a reload, an ended sign-in, no network: ``clerk``, ``web_keyboard``.
10. *Lists.* Filter, order, files, shared: ``finding`` (list); columns, kept, act over all rows: ``lists``.
11. *Undo.* Enrolment, leaving, move inside: ``movements``; import: ``rosters``; event after the assessment: ``acts``;
    coverage after it: ``coverage_cases``; act over a list: ``lists``.
12. *Corrections*: ``acts`` (worker), ``corrections`` (employer, asked for on line).
13. *Scope and audit.* Who, when, from, to, why; another county is not there: ``finding`` (history); an employer:
    ``employer``.
14. *Sign-in.* First password, lock-out: ``entrance``; second factor: ``guards``; auditor: ``entrance``; users made by an
    administrator: ``users``; one person for
    several employers: ``employer``; expiry and return: ``web_keyboard``.
15. *Practice county*: ``guards``.
"""
