"""The regulation as pure functions: values in, values out, standard library only."""
