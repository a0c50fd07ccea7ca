"""A SIP trunk: the stack runs in worker processes, this side owns the legs."""
