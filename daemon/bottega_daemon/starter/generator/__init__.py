"""A seeded generator of captioned pictures: flat materials that tile, and scenes with depth, object ids and poses."""
