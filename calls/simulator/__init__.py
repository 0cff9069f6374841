"""A caller for tests and demos: invented people who dial a number and are served by the real doors."""

from calls.simulator.dialling import NobodyAnswers, place_call
from calls.simulator.line import Line, Switches
from calls.simulator.persona import Persona, invent
from calls.simulator.story import CallStory

__all__ = ["CallStory", "Line", "NobodyAnswers", "Persona", "Switches", "invent", "place_call"]
