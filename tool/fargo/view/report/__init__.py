"""A report → one HTML page that needs nothing besides itself, or the same figures as JSON.

`page` puts the sections together; `head`, `timeline`, `failed`, `spreads`, `money`, `rows` and
`configuration` write them; `plots`, `lines` and `histogram` draw; `payload` packs what the scripts show.
Without a script all is there but the table of all rows and the closer look at the timeline.
"""

from fargo.view.report.data import data
from fargo.view.report.page import page

__all__ = ["data", "page"]
