"""`python -m bot` is `b24bot`."""

from bot.cli import main

main()
