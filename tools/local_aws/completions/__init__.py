"""What the emulator lacks or reads back wrongly, one service a file.

Each module names the defects in its docstring and has ``install(gateway)``. It goes away when upstream
mends them. Nothing that is synthesized bends to the emulator; this package is where the bending is done.
"""
