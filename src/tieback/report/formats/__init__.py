"""One file per report format. Each renderer reads only the frozen report. Files here do not import each other."""
