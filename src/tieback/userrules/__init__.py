"""Rules that users add: TOML files in folders, read strictly into one frozen ``UserRules``.

Nothing imports this package unless there is a folder with rules, so that it costs no start-up time
(``pipeline.rule_sets`` looks for the folders).
"""
