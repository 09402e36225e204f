"""One module a format, named by the ending: ``open_file(path, name, column)`` returns a VectorSource."""
