"""`python -m yichuang`."""

from yichuang.cli import main

if __name__ == "__main__":
    main()
