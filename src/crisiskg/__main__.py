"""`python -m crisiskg` is the command line."""

from crisiskg.cli import main

if __name__ == "__main__":
    main()
