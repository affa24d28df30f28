"""The engine and the session of the web: tables come from our own typed base."""

from flask_sqlalchemy import SQLAlchemy

from models.base import Base

db = SQLAlchemy(metadata=Base.metadata)
