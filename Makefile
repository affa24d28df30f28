# Aliases of manage.py, which needs nothing but Python.
.PHONY: run test check bench

run test check bench:
	@python3 manage.py $@ $(ARGS)
