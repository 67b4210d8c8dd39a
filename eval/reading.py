"""How fast passages are reranked and read, beside the same network without any of what makes it fast."""

from itertools import cycle, islice

import torch
from transformers import AutoTokenizer

from corpus.split import split
from eval.ratio import Ratio, timed
from index.embed import wheel_model_folder
from rag.assistant import Assistant
from rag.network import MAX_TOKENS
from rag.retrieve import Hit
from rag.titles import telling_titles
from rag.training.export import trained_network

PASSAGES = 20
PASSAGE_TOKENS = 200


def reading_speed(assistant: Assistant, question: str) -> Ratio:
    """Passages, reranked and read to findings, against torch's float32 pass over them all.

    They are of the documents found for the question, split anew, and gone through again if they are too few.
    """
    found = dict.fromkeys(hit.passage.document_id for hit in assistant.retriever.retrieve(question, PASSAGES))
    documents = [document for each in found if (document := assistant.document(each))]
    passages = [each for document in documents for each in split(document, PASSAGE_TOKENS)]
    hits = [Hit(passage, 0.0, {}) for passage in islice(cycle(passages), PASSAGES)]
    titles = telling_titles(assistant.engine, hits)

    def read() -> None:
        assistant.reader.read(question, assistant.reranker.rerank(question, hits, titles))

    texts = [hit.passage.text for hit in hits]
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    padded = tokenizer(
        [question] * len(texts),
        texts,
        truncation="only_second",
        max_length=MAX_TOKENS,
        padding=True,
        return_tensors="pt",
    )
    network = trained_network()

    def plain() -> None:
        with torch.inference_mode():
            network(padded["input_ids"], padded["attention_mask"], padded["token_type_ids"])

    tokens = int(padded["attention_mask"].sum()) // max(1, len(texts))
    name = f"{len(texts)} passages of {tokens} tokens, reranked and read"
    return Ratio(name, timed(read), "torch's plain float32 pass", timed(plain))
