"""
A shop with a million entries, 100,000 customers with store credit, as many cards, and 20,000 requests.

One small shop is made by the operations themselves: the demo's, and more people who shop there. Of it 1,999 copies are
made by set SQL, each half a day older than the one before, with ids, numbers, names and codes of its own. So all that
its rows say of each other is right, and `reconcile` finds nothing.
"""
