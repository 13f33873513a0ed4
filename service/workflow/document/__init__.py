"""The evaluation as a JSON document: the same for the API, the command line and the stored bytes."""

from service.workflow.document.build import document

__all__ = ["document"]
