"""One module per figure or table: plot(frame, style) -> Figure. Only what shows trajectories needs a task."""
