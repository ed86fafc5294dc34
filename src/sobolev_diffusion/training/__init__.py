"""What learns: from demonstrations to first-order targets, losses, gradient steps and trained policies."""
