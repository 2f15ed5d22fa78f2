"""`instana-hooks validate`: the problems of resources and values in files and folders."""
