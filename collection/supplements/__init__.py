"""What comes to an account after it was sent goes after it (补转): found, listed, sent by one act."""
