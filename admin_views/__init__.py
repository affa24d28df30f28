"""What is shown: Flask-Admin views as declarations, desks, templates, commands."""
