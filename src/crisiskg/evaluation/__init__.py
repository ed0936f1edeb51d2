"""Holds annotations beside gold: figures with their intervals, confusions, reliability of confidences, the worst sentences.

`gold` reads and checks gold, `scoring` compares one document with it, `summary` adds up, `page` draws the report.
"""

from crisiskg.evaluation.gold import GoldDocument, GoldFault, fault_of, read_gold
from crisiskg.evaluation.profile import Profile, profile_of
from crisiskg.evaluation.summary import Evaluation, evaluate

__all__ = ["Evaluation", "GoldDocument", "GoldFault", "Profile", "evaluate", "fault_of", "profile_of", "read_gold"]
