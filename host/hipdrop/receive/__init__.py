"""From messages of the clip to events: order, time, scale, pipeline."""
