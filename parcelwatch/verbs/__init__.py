"""What agents and operators do, whoever asks for it: the command line, or anything else that shows the same rules.

What belongs here: one module per thing done. Options, tables and colours are the asker's.
"""
