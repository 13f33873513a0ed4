"""Purchase requests: what to buy, why, and how to check it, as one document in every form a buyer takes."""
