"""How we answer: retrieve, read, cite or abstain. Knows no Gradio and no HTTP."""
