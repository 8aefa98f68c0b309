"""The finished copy read again by a second, distrustful pair of eyes; fails closed."""
