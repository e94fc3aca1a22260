"""Pages for who asks the tables themselves: questions with their answers, and whole marts with their columns."""
