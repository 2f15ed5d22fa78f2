"""What commands are given: files, recordings, a cluster, and options that change them."""
