"""The screens of finance: what is owed and what moved it, the journals, and the rules that make them."""
