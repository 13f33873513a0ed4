"""Charts as plain geometry: positions in percent, heights in pixels; the templates draw them as SVG."""
