"""The week, its people and what happens in it, as rows; recounts of our own."""
