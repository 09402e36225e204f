"""Origins of data, one file each: the file name, with dashes, is what a suite writes after `use`."""
