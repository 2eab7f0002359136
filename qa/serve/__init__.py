"""What serves people and programs beside the page: operations, routes, sessions, uploads. No gradio."""
