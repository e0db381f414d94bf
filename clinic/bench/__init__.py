"""How fast the sealed clinic is, beside what is not sealed: manage.py bench, docs/performance.md."""
