"""The events of a choice by the clock and by place: a day as a grid, the hall's screen, what is near."""
