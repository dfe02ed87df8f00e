# The default root file system.
