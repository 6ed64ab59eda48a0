"""Loads on the province at its own size (``make test-long``): many at their desks at once, over HTTP, by locust.

``people.py`` is what each of them does, ``test_loads.py`` starts the province, lets them come and looks at what they got:
how long a page took, that nothing failed, and that each thing handed in stands in the registry exactly once.

``JSI_LOAD_SCALE`` is the 1:N of the province (1), ``JSI_LOAD_SECONDS`` how long each load lasts (120), ``JSI_LOAD_VAR``
a folder in which the province is kept for the next time.
"""
