"""Many policies trained at once, their weights stacked, on one device."""
