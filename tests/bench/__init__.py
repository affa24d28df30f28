"""The figures of the product, measured beside a plain Flask-Admin over the same rows: ``python3 manage.py bench``."""
