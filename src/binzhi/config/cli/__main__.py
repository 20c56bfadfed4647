"""`python -m binzhi.config.cli`, for the supervisor's children."""

from binzhi.config.cli import main

main(prog_name="binzhi")
