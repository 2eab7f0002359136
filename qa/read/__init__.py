"""What in the passages answers a question: readers and the spans that they point at."""
