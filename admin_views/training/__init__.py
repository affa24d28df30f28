"""Training on screen: who owes what, trainings and exam days, who may work where (P2, A1.2)."""

from admin_views.training.views import VIEWS

__all__ = ["VIEWS"]
