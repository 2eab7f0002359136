"""What the web page needs that is not wiring: layout, rendering, its style and script. Imports no gradio."""
