"""`python -m service.cli`: the `crossover` command without its installed script."""

from service.cli import main

main(prog_name="crossover")
