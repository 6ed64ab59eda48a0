"""What pages, files and traces of pooling read, already scoped; none of it grows with the province."""
