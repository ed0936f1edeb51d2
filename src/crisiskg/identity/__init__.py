"""Identity: which IRIs stand for the same thing, by whose judgement, for what reasons; and how to take it back."""
