"""The web page without its wiring: layout, rendering, export, suggestions, style, script. No gradio."""
