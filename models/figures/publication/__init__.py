"""Which figures are public: releases as rows, the public table, and the cells that are withheld in it."""
