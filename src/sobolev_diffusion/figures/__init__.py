"""One module per figure or table: plot(frame, style) -> Figure. Nothing here imports torch or aligator."""
