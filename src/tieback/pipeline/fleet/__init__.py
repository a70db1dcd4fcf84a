"""The device inventory: import, pull from an EMM, coverage by analysed apps, app lists for an EMM."""
