"""A picture from every side, laid onto the mesh: an ordinary UV texture, visible at once in Material Preview.

The first view is painted freely along the object's depth. Each next one is an inpaint: what is well known from the
views before stays, the rest is painted to match. All views are gathered in texel space, weighed by angle and hidden
where something stands before; what no view saw takes the colours around it.
"""
