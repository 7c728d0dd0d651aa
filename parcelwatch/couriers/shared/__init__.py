"""What several adapters share: typed fields, honest times, codes beside texts, signatures, tokens, forms, lists."""
