"""The answer of an evaluation: the same for the API, the command line and the stored bytes."""

from service.workflow.document.answer import Answer, answer_of, document

__all__ = ["Answer", "answer_of", "document"]
