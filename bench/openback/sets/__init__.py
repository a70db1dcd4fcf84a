"""The sets of openback: each module writes the cases of one topic, with their input files.

A maker is called with a seed and the folder of its topic, and yields the name of each file of cases with its cases.
Makers call the generators and read the tables that the benchmarks of ``bench`` use.
"""
